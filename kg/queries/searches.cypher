// name: of_person
MATCH (n:SavedSearch)
WHERE n.person = $person AND n.retired_at IS NULL
RETURN properties(n) AS record
ORDER BY n.id

// name: lessons_since
// Lessons that are new or say something else since an instant, latest first.
MATCH (n:Lesson)
WHERE n.retired_at IS NULL AND n.recorded_at > $since
RETURN n.id AS id, n.recorded_at AS at
ORDER BY at DESC, id
LIMIT $limit
