// name: summaries
MATCH (p:Project)
WHERE p.retired_at IS NULL
  AND ($everything OR p.id IN $projects OR any(u IN $units WHERE p.unit = u OR p.unit STARTS WITH u + '/'))
  AND (NOT p.confidential OR $confidential OR p.id IN $projects)
OPTIONAL MATCH (p)-[:HAS_OUTCOME]->(o:Outcome)
WITH p, count(o) AS outcomes
OPTIONAL MATCH (l:Lesson)-[:LEARNED_IN]->(p)
WHERE l.translation_of IS NULL
WITH p, outcomes, count(l) AS lessons
OPTIONAL MATCH (p)-[:HELD]->(r:Retrospective)
WITH p, outcomes, lessons, count(r) AS retrospectives
OPTIONAL MATCH (a:ActionItem)
WHERE a.project = p.id AND a.status IN ['open', 'in_progress']
RETURN p.id AS id, p.external_id AS external_id, p.source_system AS source_system, p.name AS name,
  p.unit AS unit, p.sector AS sector, p.status AS status, p.start AS start, p.`end` AS `end`,
  outcomes, lessons, retrospectives, count(a) AS open_actions
ORDER BY id

// name: by_external_id
MATCH (p:Project)
WHERE p.external_id = $external_id AND p.retired_at IS NULL
RETURN properties(p) AS record

// name: keys
MATCH (p:Project)
WHERE p.retired_at IS NULL
  AND ($everything OR p.id IN $projects OR any(u IN $units WHERE p.unit = u OR p.unit STARTS WITH u + '/'))
  AND (NOT p.confidential OR $confidential OR p.id IN $projects)
RETURN p.id AS id, p.external_id AS external_id
ORDER BY id

// name: names
UNWIND $ids AS id
MATCH (p:Project {id: id})
WHERE p.retired_at IS NULL
  AND ($everything OR p.id IN $projects OR any(u IN $units WHERE p.unit = u OR p.unit STARTS WITH u + '/'))
  AND (NOT p.confidential OR $confidential OR p.id IN $projects)
RETURN p.id AS id, p.name AS name
