// name: sharing
// All who claim a part of one benefit or cost, whoever may see them: together they claim at most the whole.
MATCH (n:__LABEL__)
WHERE n.shared = $shared AND n.retired_at IS NULL
RETURN properties(n) AS record
ORDER BY n.id
