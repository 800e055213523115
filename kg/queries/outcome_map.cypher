// name: links
MATCH (a:Outcome)-[r:LEADS_TO]->(b:Outcome)
WHERE a.project = $project AND b.project = $project AND a.retired_at IS NULL AND b.retired_at IS NULL
RETURN a.id AS start_id, b.id AS end_id, properties(r) AS said
ORDER BY start_id, end_id

// name: place
// Where an outcome is drawn is nothing it says: no revision, so that a review in progress stays current.
UNWIND $rows AS row
MATCH (o:Outcome {id: row.id})
SET o.map_x = row.x, o.map_y = row.y

// name: joined
// What is joined to an outcome, beside its project.
MATCH (o:Outcome {id: $id})-[r]-(n)
WHERE type(r) <> 'HAS_OUTCOME' AND n.retired_at IS NULL
RETURN n.id AS id
ORDER BY id
LIMIT 1
