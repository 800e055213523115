// name: titled
// Records that can be measured, by what a table may call them: their id, their source's id or their title.
MATCH (n:__LABEL__)
WHERE n.retired_at IS NULL
  AND (n.id IN $keys OR n.external_id IN $keys OR toLower(n.title) IN $names OR toLower(n.name) IN $names)
RETURN properties(n) AS record
ORDER BY n.id

// name: rates_of
// Exchange rates that touch one of some currencies, up to a day; no currencies means all.
MATCH (n:ExchangeRate)
WHERE n.retired_at IS NULL
  AND ($currencies IS NULL OR n.base IN $currencies OR n.quote IN $currencies)
  AND ($until IS NULL OR n.date <= $until)
RETURN properties(n) AS record
ORDER BY n.date, n.id

// name: names
// Ids and names of what can be measured within a scope; what belongs to no project and no unit is everybody's.
MATCH (n:__LABEL__)
WHERE n.retired_at IS NULL
  AND ($everything OR n.project IN $projects OR any(u IN $units WHERE n.unit = u OR n.unit STARTS WITH u + '/')
    OR (n.project IS NULL AND n.unit IS NULL))
  AND (NOT n.confidential OR $confidential OR n.project IN $projects)
RETURN n.id AS id, coalesce(n.title, n.name) AS name
ORDER BY id

// name: process
// Process metrics of a project, all or those of one name.
MATCH (n:ProcessMetric)
WHERE n.retired_at IS NULL AND n.project = $project AND ($name IS NULL OR n.name = $name)
  AND (NOT n.confidential OR $confidential)
RETURN properties(n) AS record
ORDER BY n.name, n.date, n.id
