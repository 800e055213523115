// name: nodes
MATCH (n:__LABEL__)
RETURN properties(n) AS node
ORDER BY n.id
SKIP $skip LIMIT $limit

// name: relationships
MATCH (a)-[r:__REL__]->(b)
RETURN labels(a)[0] AS start_label, a.id AS start_id, labels(b)[0] AS end_label, b.id AS end_id, properties(r) AS properties
ORDER BY start_id, end_id

// name: set_counter
MERGE (c:Counter {id: 'changes'})
SET c.value = $value
