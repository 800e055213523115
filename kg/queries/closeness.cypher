// name: project
MATCH (p:Project {id: $project})
WHERE p.retired_at IS NULL
RETURN p.id AS project, p.unit AS unit, p.confidential AS confidential

// name: own
// Lessons learnt in the project itself.
MATCH (p:Project {id: $project})<-[r:LEARNED_IN]-(l:Lesson)
WHERE $until IS NULL OR r.recorded_at < $until
RETURN l.id AS lesson, l.title AS title
ORDER BY lesson

// name: types
// Types of outcome that the project has.
MATCH (p:Project {id: $project})-[:HAS_OUTCOME]->(o:Outcome)-[r:OF_TYPE]->(t:OutcomeType)
WHERE o.retired_at IS NULL AND ($until IS NULL OR r.recorded_at < $until)
RETURN DISTINCT t.id AS id, t.name_en AS name_en, t.name_zh AS name_zh
ORDER BY id

// name: about
UNWIND $types AS type
MATCH (t:OutcomeType {id: type})<-[r:ABOUT]-(l:Lesson)
WHERE $until IS NULL OR r.recorded_at < $until
RETURN l.id AS lesson, l.title AS title, type
ORDER BY lesson, type

// name: learned
// Lessons learnt in other projects that share a type of outcome.
UNWIND $types AS type
MATCH (t:OutcomeType {id: type})<-[r:OF_TYPE]-(o:Outcome)<-[:HAS_OUTCOME]-(q:Project)<-[s:LEARNED_IN]-(l:Lesson)
WHERE q.id <> $project AND o.retired_at IS NULL AND q.retired_at IS NULL
  AND ($until IS NULL OR (r.recorded_at < $until AND s.recorded_at < $until))
RETURN DISTINCT l.id AS lesson, l.title AS title, type, q.id AS other, q.name AS other_name, q.unit AS unit,
  q.confidential AS confidential
ORDER BY lesson, type, other

// name: applied
// Lessons that other projects applied, which share a type of outcome.
UNWIND $types AS type
MATCH (t:OutcomeType {id: type})<-[r:OF_TYPE]-(o:Outcome)<-[:HAS_OUTCOME]-(q:Project)-[s:APPLIED]->(l:Lesson)
WHERE q.id <> $project AND o.retired_at IS NULL AND q.retired_at IS NULL
  AND ($until IS NULL OR (r.recorded_at < $until AND s.recorded_at < $until))
RETURN DISTINCT l.id AS lesson, l.title AS title, type, q.id AS other, q.name AS other_name, q.unit AS unit,
  q.confidential AS confidential
ORDER BY lesson, type, other
