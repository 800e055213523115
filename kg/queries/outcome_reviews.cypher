// name: manager_of
// Whom a person reports to.
MATCH (p:Person {id: $id})-[:REPORTS_TO]->(m:Person)
WHERE m.retired_at IS NULL
RETURN properties(m) AS record
ORDER BY m.id

// name: reporting_lines
MATCH (p:Person)-[:REPORTS_TO]->(m:Person)
WHERE p.retired_at IS NULL AND m.retired_at IS NULL
RETURN p.id AS person, m.id AS manager
ORDER BY person, manager

// name: in_states
// Outcomes within a scope that stand in one of some states; no project means all.
MATCH (n:Outcome)
WHERE n.state IN $states AND n.retired_at IS NULL
  AND ($project IS NULL OR n.project = $project)
  AND ($everything OR n.project IN $projects OR any(u IN $units WHERE n.unit = u OR n.unit STARTS WITH u + '/'))
  AND (NOT n.confidential OR $confidential OR n.project IN $projects)
RETURN properties(n) AS record
ORDER BY n.id

// name: of_person
// Outcomes within a scope that somebody owns, or wrote without an owner; imports are nobody's until somebody owns them.
MATCH (n:Outcome)
WHERE n.retired_at IS NULL
  AND (toLower(n.owner) = $name OR (n.owner IS NULL AND n.origin = 'defined' AND toLower(n.recorded_by) = $name))
  AND ($everything OR n.project IN $projects OR any(u IN $units WHERE n.unit = u OR n.unit STARTS WITH u + '/'))
  AND (NOT n.confidential OR $confidential OR n.project IN $projects)
RETURN properties(n) AS record
ORDER BY n.id

// name: same_file
// Pieces of evidence with the same content, as far as the asker may see them, with the outcome each is of.
MATCH (e:Evidence)
WHERE e.sha256 IN $digests AND e.retired_at IS NULL
  AND ($everything OR e.project IN $projects OR any(u IN $units WHERE e.unit = u OR e.unit STARTS WITH u + '/'))
  AND (NOT e.confidential OR $confidential OR e.project IN $projects)
MATCH (e)-[:SUPPORTS]->(o:Outcome)
WHERE o.retired_at IS NULL
  AND ($everything OR o.project IN $projects OR any(u IN $units WHERE o.unit = u OR o.unit STARTS WITH u + '/'))
  AND (NOT o.confidential OR $confidential OR o.project IN $projects)
RETURN e.sha256 AS sha256, o.id AS id, o.title AS title, o.project AS project
ORDER BY sha256, id

// name: bulk_edited
// What somebody's bulk edits changed.
MATCH (n:Outcome)
WHERE n.bulk_edit STARTS WITH $who AND n.retired_at IS NULL
RETURN n.id AS id, n.bulk_edit AS bulk_edit
ORDER BY id

// name: digests
// Digests that evidence names, of pieces taken away too.
MATCH (e:Evidence)
WHERE e.sha256 IS NOT NULL
RETURN DISTINCT e.sha256 AS sha256
ORDER BY sha256

// name: revisions_naming
// Earlier versions of evidence that name one of some digests.
MATCH (r:Revision)
WHERE r.record_label = 'Evidence' AND any(digest IN $digests WHERE r.body CONTAINS digest)
RETURN r.body AS body
ORDER BY r.id
