// name: work_items
// Work of a project that had begun before a day, without its descriptions.
MATCH (w:WorkItem)
WHERE w.project = $project AND w.retired_at IS NULL AND (NOT w.confidential OR $confidential)
  AND (w.opened_at IS NULL OR w.opened_at < $before)
RETURN w.id AS id, w.project AS project, w.title AS title, w.kind AS kind, w.state AS state,
  w.opened_at AS opened_at, w.closed_at AS closed_at, w.transitions AS transitions, w.url AS url
ORDER BY id
