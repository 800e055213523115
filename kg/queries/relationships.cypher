// name: put
UNWIND $rows AS row
MATCH (a:__START__ {id: row.start_id})
MATCH (b:__END__ {id: row.end_id})
MERGE (a)-[r:__REL__]->(b)
SET r += row.properties

// name: missing_ends
UNWIND $rows AS row
OPTIONAL MATCH (a:__START__ {id: row.start_id})
OPTIONAL MATCH (b:__END__ {id: row.end_id})
WITH row, a, b
WHERE a IS NULL OR b IS NULL
RETURN row.start_id AS start_id, row.end_id AS end_id, a IS NULL AS start_missing

// name: remove
UNWIND $rows AS row
MATCH (a:__START__ {id: row.start_id})-[r:__REL__]->(b:__END__ {id: row.end_id})
DELETE r

// name: of
MATCH (a:__START__ {id: $id})-[r:__REL__]->(b:__END__)
RETURN b.id AS id
ORDER BY id

// name: among
UNWIND $rows AS row
MATCH (a:__START__ {id: row.start_id})-[r:__REL__]->(b:__END__ {id: row.end_id})
RETURN row.start_id AS start_id, row.end_id AS end_id, properties(r) AS properties
