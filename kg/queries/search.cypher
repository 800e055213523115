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
