// name: listed
// What a list of outcomes needs of each within a scope; no project means all.
MATCH (n:Outcome)
WHERE n.retired_at IS NULL
  AND ($project IS NULL OR n.project = $project)
  AND ($everything OR n.project IN $projects OR any(u IN $units WHERE n.unit = u OR n.unit STARTS WITH u + '/'))
  AND (NOT n.confidential OR $confidential OR n.project IN $projects)
RETURN n.id AS id, n.project AS project, n.title AS title, n.statement AS statement, n.metric AS metric,
  n.metric_key AS metric_key, n.state AS state, n.outcome_type AS outcome_type, n.owner AS owner, n.due AS due, n.recorded_by AS recorded_by,
  n.origin AS origin,
  n.recorded_at AS recorded_at
ORDER BY id

// name: whole_kind
// Every record of a small kind, those out of use too: what was merged or retired must still be followed.
MATCH (n:__LABEL__)
RETURN properties(n) AS record
ORDER BY n.id

// name: merges
// Records of a kind that were merged into others.
MATCH (n:__LABEL__)
WHERE n.merged_into IS NOT NULL
RETURN n.id AS id, n.merged_into AS into
ORDER BY n.id

// name: of_types
// Outcomes that carry one of some types, whoever may see them.
MATCH (n:Outcome)
WHERE n.outcome_type IN $types
RETURN properties(n) AS record
ORDER BY n.id

// name: of_metrics
// Outcomes that are measured by one of some metrics of the dictionary, whoever may see them.
MATCH (n:Outcome)
WHERE n.metric_key IN $metrics
RETURN properties(n) AS record
ORDER BY n.id

// name: offered
// What of a project an outcome can hang on, without long texts.
MATCH (n:__LABEL__)
WHERE n.project = $project AND n.retired_at IS NULL AND (NOT n.confidential OR $confidential)
RETURN n.id AS id, n.title AS title, n.external_id AS external_id, n.state AS state, n.due AS due,
  n.reached AS reached, n.recorded_at AS recorded_at
ORDER BY id
