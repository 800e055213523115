// name: actions
MATCH (a:ActionItem)
WHERE a.retrospective IN $ids AND a.retired_at IS NULL
RETURN a.retrospective AS id, count(a) AS actions
