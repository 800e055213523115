// name: actions
MATCH (a:ActionItem)
WHERE a.retrospective IN $ids AND a.retired_at IS NULL
  AND ($everything OR a.project IN $projects OR any(u IN $units WHERE a.unit = u OR a.unit STARTS WITH u + '/'))
  AND (NOT a.confidential OR $confidential OR a.project IN $projects)
RETURN a.id AS id, a.title AS title, a.status AS status, a.due AS due, a.retrospective AS retrospective,
  a.topic AS topic
ORDER BY id

// name: lessons
MATCH (l:Lesson)
WHERE (l.retrospective IN $ids OR l.id IN $lessons) AND l.retired_at IS NULL AND l.translation_of IS NULL
  AND ($everything OR l.project IN $projects OR any(u IN $units WHERE l.unit = u OR l.unit STARTS WITH u + '/'))
  AND (NOT l.confidential OR $confidential OR l.project IN $projects)
RETURN l.id AS id, l.title AS title, l.retrospective AS retrospective
ORDER BY id
