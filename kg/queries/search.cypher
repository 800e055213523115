// name: by_words
// The plain fallback of the embedded store: how many of the words a text holds.
MATCH (n:__LABEL__)
WHERE n.retired_at IS NULL AND any(w IN $words WHERE toLower(n.search_text) CONTAINS w)
WITH n, size([w IN $words WHERE toLower(n.search_text) CONTAINS w]) AS score
RETURN n.id AS id, score
ORDER BY score DESC, id
LIMIT $limit

// name: texts
MATCH (n:__LABEL__)
WHERE n.retired_at IS NULL AND n.search_text IS NOT NULL
RETURN n.id AS id, n.search_text AS text
ORDER BY id

// name: lesson_entries
// What the search index needs to know of every lesson, retired ones too: a question may be about an earlier day.
MATCH (n:Lesson)
RETURN n.id AS id, n.search_text AS text, n.project AS project, n.unit AS unit, n.confidential AS confidential,
  n.sector AS sector, n.topics AS topics, n.phase AS phase, n.polarity AS polarity, n.state AS state,
  n.language AS language, n.learnt_on AS learnt_on, n.review_by AS review_by, n.source_system AS source_system,
  n.translation_of AS translation_of, n.revision AS revision, n.recorded_at AS recorded_at,
  n.retired_at AS retired_at
ORDER BY id

// name: lesson_entries_of
UNWIND $ids AS id
MATCH (n:Lesson {id: id})
RETURN n.id AS id, n.search_text AS text, n.project AS project, n.unit AS unit, n.confidential AS confidential,
  n.sector AS sector, n.topics AS topics, n.phase AS phase, n.polarity AS polarity, n.state AS state,
  n.language AS language, n.learnt_on AS learnt_on, n.review_by AS review_by, n.source_system AS source_system,
  n.translation_of AS translation_of, n.revision AS revision, n.recorded_at AS recorded_at,
  n.retired_at AS retired_at

// name: lesson_versions
// Versions of lessons that newer ones replaced.
MATCH (v:Revision)
WHERE v.record_label = 'Lesson'
RETURN v.body AS body, v.replaced_at AS replaced_at
ORDER BY v.record_id, v.revision

// name: lesson_versions_of
UNWIND $ids AS id
MATCH (v:Revision)
WHERE v.record_id = id AND v.record_label = 'Lesson'
RETURN v.body AS body, v.replaced_at AS replaced_at
ORDER BY v.record_id, v.revision

// name: superseding
// Which lesson stands in for which.
MATCH (a:Lesson)-[r:SUPERSEDES]->(b:Lesson)
RETURN a.id AS new, b.id AS old
ORDER BY old, new

// name: version_bodies
UNWIND $ids AS id
MATCH (v:Revision {id: id})
RETURN v.id AS id, v.body AS body

// name: texts_of
UNWIND $ids AS id
MATCH (n:__LABEL__ {id: id})
WHERE n.retired_at IS NULL AND n.search_text IS NOT NULL
RETURN n.id AS id, n.search_text AS text

// name: lesson_details
// What a hit shows, read when it is shown: never older than the record.
UNWIND $ids AS id
MATCH (n:Lesson {id: id})
OPTIONAL MATCH (p:Project {id: n.project})
RETURN n.id AS id, n.external_id AS external_id, n.source_system AS source_system, n.title AS title,
  n.title_derived AS title_derived, n.project AS project, n.unit AS unit, n.confidential AS confidential,
  n.sector AS sector, n.language AS language, n.polarity AS polarity, n.state AS state, n.learnt_on AS learnt_on,
  n.driving_event AS driving_event, n.lesson AS lesson, n.recommendation AS recommendation,
  n.conditions AS conditions, n.review_by AS review_by, n.revision AS revision, n.retired_at AS retired_at,
  n.translation_of AS translation_of, p.name AS project_name, p.unit AS project_unit, p.confidential AS project_confidential

// name: without_vector
MATCH (n:__LABEL__)
WHERE n.retired_at IS NULL AND n[$prop] IS NULL
RETURN n.id AS id
ORDER BY id

// name: events
// What became of lessons.
MATCH (e:LessonEvent)
WHERE e.retired_at IS NULL
RETURN e.subject AS lesson, e.kind AS kind, e.person AS person, e.project AS project, e.unit AS unit,
  e.confidential AS confidential, e.result AS result, e.happened_on AS happened_on, e.state AS state
ORDER BY e.id

// name: contradicting
// Lessons that recommend the opposite of each other.
MATCH (a:Lesson)-[r:CONTRADICTS]->(b:Lesson)
RETURN a.id AS one, b.id AS other
ORDER BY one, other

// name: vectors_of
UNWIND $ids AS id
MATCH (n:__LABEL__ {id: id})
WHERE n[$prop] IS NOT NULL
RETURN n.id AS id, n[$prop] AS vector
