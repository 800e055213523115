// name: ratings
// How often each value of a scheme was given in each sector of the visible portfolio.
MATCH (a:Assessment)
WHERE a.retired_at IS NULL AND a.scheme IN $schemes
MATCH (p:Project {id: a.project})
WHERE p.retired_at IS NULL
  AND ($everything OR p.id IN $projects OR any(u IN $units WHERE p.unit = u OR p.unit STARTS WITH u + '/'))
  AND (NOT p.confidential OR $confidential OR p.id IN $projects)
RETURN a.scheme AS scheme, p.sector AS sector, a.value AS value, a.score AS score, count(DISTINCT p.id) AS projects
ORDER BY scheme, sector, score, value
