// name: next
MERGE (c:Counter {id: 'changes'})
ON CREATE SET c.value = 0
SET c.value = c.value + 1
RETURN c.value AS value

// name: append
CREATE (c:Change {id: $id, seq: $seq, at: $at, op: $op, label: $label, ids: $ids, by: $by})

// name: since
MATCH (c:Change)
WHERE c.seq > $since
RETURN c.seq AS seq, c.at AS at, c.op AS op, c.label AS label, c.ids AS ids, c.by AS by
ORDER BY seq
LIMIT $limit

// name: revision
MATCH (c:Counter {id: 'changes'})
RETURN c.value AS value
