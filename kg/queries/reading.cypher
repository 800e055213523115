// name: of_project
// The lessons that a project's people want to keep in mind, latest first.
MATCH (p:Project {id: $project})-[r:HEEDS]->(n:Lesson)
WHERE n.retired_at IS NULL
  AND ($everything OR n.project IN $projects OR any(u IN $units WHERE n.unit = u OR n.unit STARTS WITH u + '/'))
  AND (NOT n.confidential OR $confidential OR n.project IN $projects)
OPTIONAL MATCH (o:Project {id: n.project})
RETURN n.id AS id, n.title AS title, n.language AS language, n.polarity AS polarity, n.state AS state,
  r.recorded_at AS at, r.recorded_by AS added_by, n.project AS project, o.name AS project_name, o.unit AS project_unit,
  o.confidential AS project_confidential
ORDER BY at DESC, id
