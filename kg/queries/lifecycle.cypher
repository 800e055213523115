// name: events_of
// What happened to lessons or practices, as far as the asker may see where it did.
MATCH (e:LessonEvent)
WHERE e.subject IN $ids AND e.retired_at IS NULL
  AND ($everything OR e.project IN $projects OR any(u IN $units WHERE e.unit = u OR e.unit STARTS WITH u + '/'))
  AND (NOT e.confidential OR $confidential OR e.project IN $projects)
RETURN e.id AS id, e.subject AS subject, e.kind AS kind, e.person AS person, e.project AS project, e.result AS result,
  e.happened_on AS happened_on, e.retrospective AS retrospective, e.note AS note, e.state AS state,
  e.decided_by AS decided_by, e.recorded_at AS recorded_at
ORDER BY id

// name: waiting_events
// Proposed recurrences that somebody should decide on.
MATCH (e:LessonEvent)
WHERE e.state = 'proposed' AND e.retired_at IS NULL
  AND ($everything OR e.project IN $projects OR any(u IN $units WHERE e.unit = u OR e.unit STARTS WITH u + '/'))
  AND (NOT e.confidential OR $confidential OR e.project IN $projects)
RETURN properties(e) AS record
ORDER BY e.id

// name: conflicts_of
// Lessons that contradict others, as far as the asker may see them. The states are compared by the caller:
// in the WHERE they make kglite start from its index of states, which takes a hundred times as long.
UNWIND $ids AS id
MATCH (a:Lesson {id: id})-[r:CONTRADICTS]-(b:Lesson)
WHERE b.retired_at IS NULL
  AND ($everything OR b.project IN $projects OR any(u IN $units WHERE b.unit = u OR b.unit STARTS WITH u + '/'))
  AND (NOT b.confidential OR $confidential OR b.project IN $projects)
RETURN id, a.state AS own_state, b.id AS other, b.state AS other_state, b.title AS title, r.reason AS reason
ORDER BY id, other

// name: learnt
// When lessons were learnt: nothing before that day is a recurrence.
UNWIND $ids AS id
MATCH (n:Lesson {id: id})
RETURN n.id AS id, n.learnt_on AS learnt_on

// name: superseding
// Lessons that stand in for others.
UNWIND $ids AS id
MATCH (new:Lesson)-[:SUPERSEDES]->(old:Lesson {id: id})
WHERE new.retired_at IS NULL
  AND ($everything OR new.project IN $projects OR any(u IN $units WHERE new.unit = u OR new.unit STARTS WITH u + '/'))
  AND (NOT new.confidential OR $confidential OR new.project IN $projects)
RETURN id, new.id AS successor, new.title AS title
ORDER BY id, successor

// name: superseded
// Lessons that others stand in for.
UNWIND $ids AS id
MATCH (new:Lesson {id: id})-[:SUPERSEDES]->(old:Lesson)
WHERE old.retired_at IS NULL
  AND ($everything OR old.project IN $projects OR any(u IN $units WHERE old.unit = u OR old.unit STARTS WITH u + '/'))
  AND (NOT old.confidential OR $confidential OR old.project IN $projects)
RETURN id, old.id AS replaced, old.title AS title
ORDER BY id, replaced

// name: project_names
UNWIND $ids AS id
MATCH (p:Project {id: id})
WHERE p.retired_at IS NULL
  AND ($everything OR p.id IN $projects OR any(u IN $units WHERE p.unit = u OR p.unit STARTS WITH u + '/'))
  AND (NOT p.confidential OR $confidential OR p.id IN $projects)
RETURN p.id AS id, p.name AS name

// name: lessons_in_states
// Lessons within a scope that stand in one of some states, the newest first.
MATCH (n:Lesson)
WHERE n.state IN $states AND n.retired_at IS NULL
  AND ($everything OR n.project IN $projects OR any(u IN $units WHERE n.unit = u OR n.unit STARTS WITH u + '/'))
  AND (NOT n.confidential OR $confidential OR n.project IN $projects)
RETURN n.id AS id, n.title AS title, n.project AS project, n.sector AS sector, n.topics AS topics, n.phase AS phase,
  n.conditions AS conditions, n.recommendation AS recommendation, n.lesson AS lesson, n.language AS language,
  n.state AS state, n.polarity AS polarity, n.author AS author, n.review_by AS review_by, n.recorded_at AS recorded_at
ORDER BY recorded_at DESC, id
LIMIT $limit

// name: reviews_of
MATCH (n:Review)
WHERE n.subject IN $ids AND n.retired_at IS NULL
RETURN n.subject AS subject, n.reviewer AS reviewer, n.decision AS decision, n.reason AS reason,
  n.subject_revision AS revision, n.recorded_at AS recorded_at
ORDER BY recorded_at, subject, reviewer

// name: writers_of_drafts
// Who recorded a lesson's earlier revisions; the body says in which state it was then.
MATCH (n:Revision)
WHERE n.record_id = $id
RETURN n.revision AS revision, n.body AS body
ORDER BY revision

// name: practices
// Practices with the lessons they were distilled from; a scope covers a practice by its own place or by one of these.
MATCH (p:Practice)
WHERE p.retired_at IS NULL
OPTIONAL MATCH (p)-[:DISTILLED_FROM]->(l:Lesson)
WHERE l.retired_at IS NULL
  AND ($everything OR l.project IN $projects OR any(u IN $units WHERE l.unit = u OR l.unit STARTS WITH u + '/'))
  AND (NOT l.confidential OR $confidential OR l.project IN $projects)
WITH p, l
ORDER BY l.id
WITH p, collect(l.id) AS lessons, collect(l.title) AS titles
WHERE size(lessons) > 0 OR (
  ($everything OR p.project IN $projects OR any(u IN $units WHERE p.unit = u OR p.unit STARTS WITH u + '/'))
  AND (NOT p.confidential OR $confidential OR p.project IN $projects))
RETURN p.id AS id, p.statement AS statement, p.conditions AS conditions, p.recorded_at AS recorded_at,
  p.recorded_by AS recorded_by, lessons, titles
ORDER BY id

// name: practices_from
// Practices distilled from lessons.
UNWIND $ids AS id
MATCH (p:Practice)-[:DISTILLED_FROM]->(l:Lesson {id: id})
WHERE p.retired_at IS NULL
RETURN id, p.id AS practice, p.statement AS statement
ORDER BY id, practice

// name: applications
// Every application that the asker may see of anything that is not a lesson: of practices.
MATCH (e:LessonEvent)
WHERE e.kind = 'applied' AND e.subject IN $ids AND e.retired_at IS NULL
  AND ($everything OR e.project IN $projects OR any(u IN $units WHERE e.unit = u OR e.unit STARTS WITH u + '/'))
  AND (NOT e.confidential OR $confidential OR e.project IN $projects)
RETURN e.id AS id, e.subject AS practice, e.project AS project, e.result AS result, e.happened_on AS happened_on,
  e.recorded_at AS recorded_at
ORDER BY practice, project, happened_on, recorded_at, id

// name: verdicts
// Which visible projects attained their outcomes.
MATCH (p:Project)-[:HAS_OUTCOME]->(o:Outcome)
WHERE p.retired_at IS NULL AND o.retired_at IS NULL
  AND ($everything OR p.id IN $projects OR any(u IN $units WHERE p.unit = u OR p.unit STARTS WITH u + '/'))
  AND (NOT p.confidential OR $confidential OR p.id IN $projects)
MATCH (a:Assessment)-[:ASSESSES]->(o)
WHERE a.attained IS NOT NULL AND a.retired_at IS NULL
RETURN p.id AS project, o.id AS outcome, a.attained AS attained, a.date AS date
ORDER BY outcome, date, a.id

// name: person_of_inbox
MATCH (n:Person)
WHERE n.inbox_hash = $hash AND n.retired_at IS NULL
RETURN properties(n) AS record

// name: lesson_titles
UNWIND $ids AS id
MATCH (n:Lesson {id: id})
WHERE n.retired_at IS NULL
  AND ($everything OR n.project IN $projects OR any(u IN $units WHERE n.unit = u OR n.unit STARTS WITH u + '/'))
  AND (NOT n.confidential OR $confidential OR n.project IN $projects)
RETURN DISTINCT n.id AS id, n.title AS title
ORDER BY id
