// name: wait_for_turn
// Leaves nothing, yet takes the write lock of the counter, so that writers take turns. It must
// not read the counter's value, which would be read before the lock is there, and Neo4j does not
// lock for a REMOVE alone.
MATCH (c:Counter {id: 'changes'})
SET c.turn = true
REMOVE c.turn

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
