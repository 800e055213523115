// name: open
MERGE (b:Board {id: $id})
SET b.rev = $rev, b.join_code = $join_code, b.project = $project, b.closed = false

// name: advance
// Takes the board's lock first, then moves on only from the revision that the writer saw.
MATCH (b:Board {id: $id})
SET b.taken_for = $next
WITH b
WHERE b.rev = $rev
SET b.rev = $next
RETURN b.rev AS rev

// name: revision
MATCH (b:Board {id: $id})
RETURN b.rev AS rev, b.closed AS closed

// name: revisions
UNWIND $ids AS id
MATCH (b:Board {id: id})
RETURN b.id AS id, b.rev AS rev, b.closed AS closed

// name: by_code
MATCH (b:Board)
WHERE b.join_code = $code
RETURN b.id AS id, b.closed AS closed

// name: items
MATCH (n:BoardItem)
WHERE n.board = $id
RETURN n.id AS id, n.body AS body

// name: put_items
UNWIND $rows AS row
MERGE (n:BoardItem {id: row.id})
SET n = row

// name: drop_items
UNWIND $ids AS id
MATCH (n:BoardItem {id: id})
DETACH DELETE n

// name: drop_all_items
MATCH (n:BoardItem)
WHERE n.board = $id
DETACH DELETE n

// name: end_board
// Its link still leads to what came out.
MATCH (b:Board {id: $id})
SET b.closed = true
