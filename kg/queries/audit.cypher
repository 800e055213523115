// name: last
MATCH (n:AuditEntry)
WHERE n.server = $server
RETURN n.number AS number, n.digest AS digest
ORDER BY number DESC
LIMIT 1

// name: chain
MATCH (n:AuditEntry)
WHERE n.server = $server
RETURN properties(n) AS record
ORDER BY n.number
