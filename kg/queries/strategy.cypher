// name: alignments
// Outcomes in use and what of this kind they are aligned with.
MATCH (o:Outcome)-[r:ALIGNS_WITH]->(n:__LABEL__)
WHERE o.retired_at IS NULL AND n.retired_at IS NULL
RETURN o.id AS outcome, n.id AS target, r.weight AS weight
ORDER BY outcome, target

// name: objectives
// Objectives within a scope; those of no unit are the whole organisation's.
MATCH (n:Objective)
WHERE n.retired_at IS NULL
  AND ($everything OR n.unit IS NULL OR any(u IN $units WHERE n.unit = u OR n.unit STARTS WITH u + '/'))
  AND (NOT n.confidential OR $confidential)
RETURN properties(n) AS record
ORDER BY n.id

// name: key_results
MATCH (n:KeyResult)
WHERE n.objective IN $objectives AND n.retired_at IS NULL
RETURN properties(n) AS record
ORDER BY n.id
