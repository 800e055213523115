// name: nodes
// A page of nodes; ids are never empty, so a page after '' is the first.
MATCH (n:__LABEL__)
WHERE n.id > $after
RETURN properties(n) AS node
ORDER BY n.id
LIMIT $limit

// name: relationships
MATCH (a)-[r:__REL__]->(b)
RETURN labels(a)[0] AS start_label, a.id AS start_id, labels(b)[0] AS end_label, b.id AS end_id, properties(r) AS properties
ORDER BY start_id, end_id, start_label, end_label

// name: set_counter
MERGE (c:Counter {id: 'changes'})
SET c.value = $value
