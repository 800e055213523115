// name: applied
MATCH (m:Migration)
RETURN m.id AS id, m.applied_at AS applied_at
ORDER BY id

// name: record
MERGE (m:Migration {id: $id})
ON CREATE SET m.applied_at = $at
