// name: in_statuses
// Actions within a scope that stand in one of some statuses; no project means all.
MATCH (n:ActionItem)
WHERE n.status IN $statuses AND n.retired_at IS NULL
  AND ($project IS NULL OR n.project = $project)
  AND ($everything OR n.project IN $projects OR any(u IN $units WHERE n.unit = u OR n.unit STARTS WITH u + '/'))
  AND (NOT n.confidential OR $confidential OR n.project IN $projects)
RETURN properties(n) AS record
ORDER BY n.id

// name: retrospectives
// Names of retrospectives, as far as the asker may see them.
UNWIND $ids AS id
MATCH (n:Retrospective {id: id})
WHERE n.retired_at IS NULL
  AND ($everything OR n.project IN $projects OR any(u IN $units WHERE n.unit = u OR n.unit STARTS WITH u + '/'))
  AND (NOT n.confidential OR $confidential OR n.project IN $projects)
RETURN n.id AS id, n.title AS title, n.held_on AS held_on, n.team AS team

// name: messages
// Messages of the outbox; an empty value means any.
MATCH (n:OutboxMessage)
WHERE n.retired_at IS NULL
  AND ($state IS NULL OR n.state = $state)
  AND ($person IS NULL OR n.`to` = $person)
RETURN properties(n) AS record
ORDER BY n.recorded_at, n.id
