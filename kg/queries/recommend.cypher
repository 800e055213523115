// name: precedents
// Outcomes of projects within a scope, with every verdict on them.
MATCH (p:Project)-[:HAS_OUTCOME]->(o:Outcome)
WHERE p.retired_at IS NULL AND o.retired_at IS NULL
  AND ($everything OR p.id IN $projects OR any(u IN $units WHERE p.unit = u OR p.unit STARTS WITH u + '/'))
  AND (NOT p.confidential OR $confidential OR p.id IN $projects)
OPTIONAL MATCH (a:Assessment)-[:ASSESSES]->(o)
RETURN p.id AS project, p.external_id AS external_id, p.name AS name, p.description AS description, p.unit AS unit,
  p.sector AS sector, p.attributes AS attributes, p.start AS start, p.budget AS budget, p.currency AS currency,
  o.id AS outcome, o.title AS title, o.outcome_type AS outcome_type, o.target AS target, o.unit_of_measure AS unit_of_measure,
  o.metric AS metric, o.metric_key AS metric_key, o.direction AS direction, o.baseline AS baseline, o.due AS due, o.state AS state,
  p.`end` AS ends, a.retired_at AS withdrawn, a.id AS assessment, a.attained AS attained, a.scheme AS scheme, a.value AS value, a.date AS date
ORDER BY outcome, date, assessment
