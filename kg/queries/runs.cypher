// name: all
MATCH (r:Run)
WHERE r.retired_at IS NULL
  AND ($project IS NULL OR r.project = $project)
  AND ($notebook IS NULL OR r.notebook = $notebook)
OPTIONAL MATCH (p:Project {id: r.project})
RETURN properties(r) AS record, p.name AS project_name
ORDER BY r.started_at DESC, r.id DESC

// name: data_revision
// The last change that is not of a run, of a person or of what a person keeps for themselves.
MATCH (c:Change)
WHERE NOT c.label IN ['Run', 'Person', 'AuditEntry', 'SavedSearch']
RETURN max(c.seq) AS value
