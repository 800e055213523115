// name: outgoing
// How many visible records a record points to, by relationship and kind. A project is its own scope;
// kinds in $common belong to everybody.
MATCH (a:__LABEL__ {id: $id})-[r]->(b)
WHERE b.retired_at IS NULL AND labels(b)[0] IN $labels
  AND (labels(b)[0] IN $common OR $everything OR coalesce(b.project, b.id) IN $projects
    OR any(u IN $units WHERE b.unit = u OR b.unit STARTS WITH u + '/'))
  AND (NOT coalesce(b.confidential, false) OR $confidential OR coalesce(b.project, b.id) IN $projects)
RETURN type(r) AS relation, labels(b)[0] AS label, count(DISTINCT b.id) AS count
ORDER BY relation, label

// name: incoming
MATCH (a:__LABEL__ {id: $id})<-[r]-(b)
WHERE b.retired_at IS NULL AND labels(b)[0] IN $labels
  AND (labels(b)[0] IN $common OR $everything OR coalesce(b.project, b.id) IN $projects
    OR any(u IN $units WHERE b.unit = u OR b.unit STARTS WITH u + '/'))
  AND (NOT coalesce(b.confidential, false) OR $confidential OR coalesce(b.project, b.id) IN $projects)
RETURN type(r) AS relation, labels(b)[0] AS label, count(DISTINCT b.id) AS count
ORDER BY relation, label

// name: led_to
// The records at the other end of one relationship, a page of them.
MATCH (a:__START__ {id: $id})-[r:__REL__]->(b:__END__)
WHERE b.retired_at IS NULL
  AND ($shared OR $everything OR coalesce(b.project, b.id) IN $projects
    OR any(u IN $units WHERE b.unit = u OR b.unit STARTS WITH u + '/'))
  AND (NOT coalesce(b.confidential, false) OR $confidential OR coalesce(b.project, b.id) IN $projects)
RETURN DISTINCT b.id AS id, coalesce(b.title, b.name, b.name_en, b.statement, b.value, b.kind, b.id) AS name,
  b.name_zh AS name_zh, b.language AS language, b.project AS project,
  coalesce(b.learnt_on, b.held_on, b.date, b.opened_on, b.start, b.happened_on, '') AS day
ORDER BY day DESC, id
LIMIT $limit

// name: led_from
MATCH (a:__START__ {id: $id})<-[r:__REL__]-(b:__END__)
WHERE b.retired_at IS NULL
  AND ($shared OR $everything OR coalesce(b.project, b.id) IN $projects
    OR any(u IN $units WHERE b.unit = u OR b.unit STARTS WITH u + '/'))
  AND (NOT coalesce(b.confidential, false) OR $confidential OR coalesce(b.project, b.id) IN $projects)
RETURN DISTINCT b.id AS id, coalesce(b.title, b.name, b.name_en, b.statement, b.value, b.kind, b.id) AS name,
  b.name_zh AS name_zh, b.language AS language, b.project AS project,
  coalesce(b.learnt_on, b.held_on, b.date, b.opened_on, b.start, b.happened_on, '') AS day
ORDER BY day DESC, id
LIMIT $limit
