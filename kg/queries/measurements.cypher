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
