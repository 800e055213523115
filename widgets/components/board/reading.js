// The board as it is to be shown: what the server sent, with this visitor's own moves already made.
const byOrder = (a, b) => a.order - b.order || (a.id < b.id ? -1 : 1);

const PREVIEWS = {
  add_note: (items, move) => { if (!items.has(move.note)) items.set(move.note, { id: move.note, kind: "note", column: move.column, text: move.text, group: null, order: Number.MAX_SAFE_INTEGER, shown: false, mine: true, fact: move.fact ?? null, rev: 0, unsent: true }); },
  edit_note: (items, move) => { const note = items.get(move.note); if (note) items.set(note.id, { ...note, text: move.text }); },
  remove_note: (items, move) => { items.delete(move.note); },
  move_note: (items, move) => { const note = items.get(move.note); if (note) items.set(note.id, { ...note, group: move.group ?? null, column: move.column ?? note.column }); },
  group_notes: (items, move) => {
    if (!items.has(move.group)) items.set(move.group, { id: move.group, kind: "group", title: move.title ?? "", order: Number.MAX_SAFE_INTEGER, rev: 0, unsent: true });
    move.notes.forEach((key, order) => { const note = items.get(key); if (note) items.set(key, { ...note, group: move.group, order }); });
  },
  name_group: (items, move) => { const group = items.get(move.group); if (group) items.set(group.id, { ...group, title: move.title }); },
  vote: (items, move) => {
    const dots = { ...items.get("ballot-mine")?.dots };
    if (move.dots) dots[move.topic] = move.dots;
    else delete dots[move.topic];
    items.set("ballot-mine", { id: "ballot-mine", kind: "ballot", dots });
  },
  answer: (items, move) => {
    const id = `answer-${move.phase}-mine`;
    items.set(id, { id, kind: "answer", phase: move.phase, values: { ...items.get(id)?.values, [move.question]: move.value } });
  },
  mark_recurrence: (items, move) => {
    const id = `topic-${move.topic}`;
    const found = items.get(id) ?? { id, kind: "topic", topic: move.topic, discussion: "", discussed: false, recurrences: {}, rev: 0 };
    const recurrences = { ...found.recurrences };
    if (move.recurs === false) delete recurrences[move.lesson];
    else recurrences[move.lesson] = move.title;
    items.set(id, { ...found, recurrences });
  },
  put_action: (items, move) => { const { move: _, action, base, ...values } = move; items.set(action, { ...items.get(action), ...values, id: action, kind: "action", rev: items.get(action)?.rev ?? 0 }); },
  remove_action: (items, move) => { items.delete(move.action); },
  put_lesson: (items, move) => { const { move: _, lesson_key: key, base, ...values } = move; items.set(key, { ...items.get(key), ...values, id: key, kind: "lesson", rev: items.get(key)?.rev ?? 0 }); },
  remove_lesson: (items, move) => { items.delete(move.lesson_key); },
};

function read(state) {
  const items = state.outbox.length ? new Map(state.items) : state.items;
  for (const { move } of state.outbox) PREVIEWS[move.move]?.(items, move);
  const seat = state.you && items.get(state.you.seat);
  for (const { move } of state.outbox) if (move.move === "set_ready" && seat) items.set(seat.id, { ...items.get(seat.id), ready: move.ready });

  const of = { note: [], group: [], seat: [], action: [], lesson: [] };
  for (const item of items.values()) of[item.kind]?.push(item);
  of.note.sort(byOrder);
  of.group.sort(byOrder);
  const groupOf = new Map(of.group.map((group) => [group.id, []]));
  const loose = [];
  for (const note of of.note) {
    if (note.group && groupOf.has(note.group)) groupOf.get(note.group).push(note);
    else if (note.shown) loose.push(note);
  }
  const groups = of.group.filter((group) => groupOf.get(group.id).length);
  const board = items.get("board") ?? null;
  const votes = state.counts.votes ?? null;
  const topics = [
    ...groups.map((group) => ({ key: group.id, group, notes: groupOf.get(group.id), title: group.title || groupOf.get(group.id)[0].text })),
    ...loose.map((note) => ({ key: note.id, group: null, notes: [note], title: note.text })),
  ].map((topic) => ({ ...topic, votes: votes?.[topic.key] ?? 0, said: items.get(`topic-${topic.key}`) ?? null }));
  const ranked = votes ? [...topics].sort((a, b) => b.votes - a.votes) : topics;
  const dots = items.get("ballot-mine")?.dots ?? {};
  const keys = new Set(topics.map((topic) => topic.key));
  const spent = Object.entries(dots).reduce((sum, [key, count]) => sum + (keys.has(key) ? count : 0), 0);
  return {
    items, board, notes: of.note, groups, groupOf, loose, topics, ranked, votes, dots, spent,
    seats: of.seat.sort((a, b) => a.name.localeCompare(b.name)), actions: of.action, lessons: of.lesson,
    you: state.you, counts: state.counts,
    here: board?.phases?.[board.phase]?.kind ?? null,
    isOpen: (kind) => (board?.open ?? []).includes(kind),
    answersOf: (kind) => items.get(`answer-${kind}-mine`)?.values ?? {},
  };
}
