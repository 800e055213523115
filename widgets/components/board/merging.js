// Joins two changes of the same words where they do not touch each other.
const WORD = /\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;
const LONGEST_TABLE = 1_500_000;

// What was replaced: [start, end) of `a` by `words`, in tokens of `a`.
function changesOf(a, b) {
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from += 1;
  let back = 0;
  while (back < a.length - from && back < b.length - from && a[a.length - 1 - back] === b[b.length - 1 - back]) back += 1;
  const n = a.length - from - back;
  const m = b.length - from - back;
  if (!n && !m) return [];
  if (!n || !m || n * m > LONGEST_TABLE) return [{ start: from, end: from + n, words: b.slice(from, from + m) }];
  const table = new Uint16Array((n + 1) * (m + 1));
  const at = (i, j) => i * (m + 1) + j;
  for (let i = n - 1; i >= 0; i -= 1)
    for (let j = m - 1; j >= 0; j -= 1)
      table[at(i, j)] = a[from + i] === b[from + j] ? table[at(i + 1, j + 1)] + 1 : Math.max(table[at(i + 1, j)], table[at(i, j + 1)]);
  const found = [];
  let open = null;
  const shut = () => { if (open) found.push(open); open = null; };
  for (let i = 0, j = 0; i < n || j < m; ) {
    if (i < n && j < m && a[from + i] === b[from + j]) { shut(); i += 1; j += 1; continue; }
    open ??= { start: from + i, end: from + i, words: [] };
    if (j < m && (i === n || table[at(i, j + 1)] >= table[at(i + 1, j)])) { open.words.push(b[from + j]); j += 1; }
    else { open.end += 1; i += 1; }
  }
  shut();
  return found;
}

// The words with both changes, or null where both changed the same place. Cuts of whole words only.
function mergeWords(base, mine, theirs) {
  if (mine === theirs || base === theirs) return mine;
  if (base === mine) return theirs;
  const words = base.match(WORD) ?? [];
  const a = changesOf(words, mine.match(WORD) ?? []);
  const b = changesOf(words, theirs.match(WORD) ?? []);
  for (const one of a) for (const other of b) {
    const apart = one.end < other.start || other.end < one.start || (one.end === other.start && one.start < one.end && other.start < other.end) || (other.end === one.start && one.start < one.end && other.start < other.end);
    if (!apart) return null;
  }
  const all = [...a, ...b].sort((x, y) => y.start - x.start || y.end - x.end);
  for (const change of all) words.splice(change.start, change.end - change.start, ...change.words);
  return words.join("");
}
