// name: hashes
UNWIND $ids AS id
MATCH (n:__LABEL__ {id: id})
RETURN n.id AS id, n.content_hash AS hash, n.revision AS revision, n.retired_at AS retired_at, n.recorded_at AS recorded_at

// name: put
UNWIND $rows AS row
MERGE (n:__LABEL__ {id: row.id})
SET n = row

// name: get
MATCH (n:__LABEL__ {id: $id})
RETURN properties(n) AS record

// name: get_many
UNWIND $ids AS id
MATCH (n:__LABEL__ {id: id})
RETURN properties(n) AS record

// name: places
// Where records stand and whether they are confidential, those out of use too.
UNWIND $ids AS id
MATCH (n:__LABEL__ {id: id})
RETURN n.id AS id, n.project AS project, n.unit AS unit, n.confidential AS confidential, n.retired_at AS retired_at

// name: visible
// Records of a kind within a scope; empty values mean no limit.
MATCH (n:__LABEL__)
WHERE n.retired_at IS NULL
  AND ($project IS NULL OR n.project = $project)
  AND ($everything OR n.project IN $projects OR any(u IN $units WHERE n.unit = u OR n.unit STARTS WITH u + '/'))
  AND (NOT n.confidential OR $confidential OR n.project IN $projects)
RETURN properties(n) AS record
ORDER BY n.id

// name: count_visible
MATCH (n:__LABEL__)
WHERE n.retired_at IS NULL
  AND ($everything OR n.project IN $projects OR any(u IN $units WHERE n.unit = u OR n.unit STARTS WITH u + '/'))
  AND (NOT n.confidential OR $confidential OR n.project IN $projects)
RETURN count(n) AS count

// name: retire
UNWIND $ids AS id
MATCH (n:__LABEL__ {id: id})
SET n.retired_at = $at

// name: set_vectors
UNWIND $rows AS row
MATCH (n:__LABEL__ {id: row.id})
SET n += row.vectors

// name: by_subject
MATCH (n:__LABEL__)
WHERE n.subject IN $subjects AND n.retired_at IS NULL
RETURN properties(n) AS record
ORDER BY n.id

// name: keep_revisions
UNWIND $rows AS row
MERGE (n:Revision {id: row.id})
SET n = row

// name: revisions_of
MATCH (n:Revision)
WHERE n.record_id = $id
RETURN n.revision AS revision, n.body AS body, n.replaced_at AS replaced_at
ORDER BY revision

// name: count
MATCH (n:__LABEL__)
RETURN count(n) AS count

// name: count_all
MATCH (n)
RETURN count(n) AS count
