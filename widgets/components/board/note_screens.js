// Writing notes, putting them together, and voting on what came of it.
const MOST_BLANKS = 6;

const writeColumn = (c, column, notes, others) => {
  const open = c.v.isOpen("write") && c.v.you.writes;
  const key = `new-${column.key}`;
  const add = (el) => {
    const text = el.value.trim();
    if (!text) return;
    el.value = "";
    el.style.height = "";
    c.edits.setDraft(key, "");
    c.act({ move: "add_note", note: newKey(), column: column.key, text });
    c.say(c.t("write.added"));
  };
  return h("section", { key: column.key, class: `rb-column tone-${toneOf(column)}`, "aria-labelledby": `rb-column-${column.key}`, "data-column": column.key },
    h("header", null, h("h3", { id: `rb-column-${column.key}` }, icon(toneOf(column)), c.lang(column.title), h("span", { class: "rb-count" }, notes.length + others)), h("p", null, c.lang(column.prompt))),
    open ? h("form", { class: "rb-add", onsubmit: (event) => { event.preventDefault(); add(event.target.querySelector("textarea")); } },
      h("textarea", {
        class: "rb-text", rows: 1, maxlength: 2000, placeholder: c.t("write.placeholder"), "aria-label": c.t("write.label", { column: c.lang(column.title) }), "data-quick-add": column.key, initial: c.edits.draft(key),
        oninput: (event) => { c.edits.setDraft(key, event.target.value); event.target.style.height = "auto"; event.target.style.height = `${event.target.scrollHeight + 2}px`; },
        onkeydown: (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); add(event.target); } },
      }),
      h("button", { class: "rb-icon solid", "aria-label": c.t("write.add"), title: c.t("write.add"), "data-action": "add-note" }, icon("add"))) : null,
    h("ul", { class: "rb-notes" }, [...notes].reverse().map((note) => noteCard(c, note, { edits: open })),
      Array.from({ length: Math.min(others, MOST_BLANKS) }, (_, place) => h("li", { key: `blank-${place}`, class: "rb-blank", "aria-hidden": "true" }, h("i", null), h("i", null)))),
    others ? h("p", { class: "rb-muted rb-others", "data-others": others }, icon("hidden"), c.t("write.others", { count: others })) : notes.length || open ? null : h("p", { class: "rb-muted rb-others" }, c.t("write.nothing")));
};

const writeScreen = (c) => {
  const hidden = c.v.counts.hidden ?? {};
  return h("div", { class: "rb-columns", style: { "--columns": c.v.board.format.columns.length }, role: "group", tabindex: 0, "aria-label": c.t("write.columns") }, c.v.board.format.columns.map((column) => {
    const notes = c.v.notes.filter((note) => note.column === column.key);
    const own = notes.filter((note) => !note.shown && !note.unsent).length;
    return writeColumn(c, column, notes, Math.max(0, (hidden[column.key] ?? 0) - own));
  }));
};

const revealBox = (c) => {
  const hidden = Object.values(c.v.counts.hidden ?? {}).reduce((sum, count) => sum + count, 0);
  if (!c.leads || !hidden || !c.v.isOpen("write")) return null;
  return button(c.t("reveal.button", { count: hidden }), { class: "primary", "data-action": "reveal", onclick: () => {
    c.ui.confirm = { name: "reveal", title: c.t("reveal.title"), text: c.t("reveal.text", { count: hidden }), yes: c.t("reveal.yes"), then: () => c.act({ move: "reveal" }) };
    c.redraw();
  } }, "eye");
};

// A note dropped on a note makes a topic, on a topic it joins it, elsewhere it stands alone again.
const dropNote = (c, key, target) => {
  const note = c.v.items.get(key);
  if (!note || !target) return;
  const [kind, id] = target.split(/:(.*)/s);
  if (kind === "group" && note.group !== id) c.act({ move: "move_note", note: key, group: id });
  else if (kind === "out" && note.group) c.act({ move: "move_note", note: key, group: null });
  else if (kind === "note" && id !== key) {
    const other = c.v.items.get(id);
    if (!other) return;
    if (other.group && c.v.groupOf.has(other.group)) { if (note.group !== other.group) c.act({ move: "move_note", note: key, group: other.group }); }
    else {
      const group = newKey();
      c.ui.name = group;
      c.act({ move: "group_notes", group, notes: [id, key], title: "" });
    }
  }
  c.redraw();
};

const targetsOf = (c, key) => {
  const note = c.v.items.get(key);
  return [
    ...c.v.groups.filter((group) => group.id !== note.group).map((group) => `group:${group.id}`),
    ...c.v.loose.filter((other) => other.id !== key).map((other) => `note:${other.id}`),
    ...(note.group ? ["out:"] : []),
  ];
};

const targetWords = (c, target) => {
  const [kind, id] = target.split(/:(.*)/s);
  if (kind === "out") return c.t("group.over_out");
  const words = kind === "group" ? c.v.topics.find((topic) => topic.key === id)?.title : c.v.items.get(id)?.text;
  return c.t(kind === "group" ? "group.over_topic" : "group.over_note", { name: (words ?? "").slice(0, 120) });
};

const carryKeys = (c) => (event) => {
  const card = event.target.closest?.("[data-drag-note]");
  if (!card || event.target !== card || event.isComposing) return;
  const key = card.dataset.dragNote;
  const { carry } = c.ui;
  const put = (target) => {
    c.ui.target = target;
    c.say(targetWords(c, target));
    c.redraw();
    requestAnimationFrame(() => [...c.root.querySelectorAll("[data-drop]")].find((el) => el.dataset.drop === target)?.scrollIntoView({ block: "nearest", behavior: c.still ? "auto" : "smooth" }));
  };
  const leave = (words) => { c.ui.carry = c.ui.target = null; c.say(words); c.redraw(); };
  if (!carry) {
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      const targets = targetsOf(c, key);
      if (!targets.length) return;
      c.ui.carry = { note: key, at: -1 };
      c.say(c.t("group.picked_up", { name: c.v.items.get(key).text.slice(0, 120), count: targets.length }));
      c.redraw();
    } else if (event.key.startsWith("Arrow")) {
      const cards = [...c.root.querySelectorAll("[data-drag-note]")];
      const step = ["ArrowDown", "ArrowRight"].includes(event.key) ? 1 : -1;
      const next = cards[cards.indexOf(card) + step];
      if (next) { event.preventDefault(); next.focus(); }
    }
    return;
  }
  const targets = targetsOf(c, carry.note);
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); leave(c.t("group.put_back")); }
  else if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    const place = targets.indexOf(c.ui.target);
    const step = ["ArrowDown", "ArrowRight"].includes(event.key) ? 1 : -1;
    put(targets[place < 0 ? (step > 0 ? 0 : targets.length - 1) : (place + step + targets.length) % targets.length]);
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    const { target } = c.ui;
    if (!target) { leave(c.t("group.put_back")); return; }
    const words = c.t("group.dropped", { where: targetWords(c, target) });
    c.ui.carry = c.ui.target = null;
    dropNote(c, carry.note, target);
    c.ui.name = null; // the carried note keeps the focus
    c.say(words);
    requestAnimationFrame(() => requestAnimationFrame(() => [...c.root.querySelectorAll("[data-drag-note]")].find((el) => el.dataset.dragNote === carry.note)?.focus()));
  }
};

const groupField = (c, topic, open) => {
  const { group } = topic;
  const key = `group-${group.id}`;
  const spec = {
    key, tag: "input", current: () => { const found = c.line.state.items.get(group.id) ?? (group.unsent ? group : null); return found ? { text: found.title, rev: found.rev } : null; },
    save: (title, base) => c.act({ move: "name_group", group: group.id, title, base }),
    props: { class: "rb-input rb-group-name", maxlength: 300, placeholder: c.t("group.name_placeholder"), "aria-label": c.t("group.name_label"), "data-field": key, disabled: !open,
      ref: (el) => { if (c.ui.name === group.id) { c.ui.name = null; requestAnimationFrame(() => el.focus({ preventScroll: true })); } } },
  };
  return [c.edits.field(spec), c.edits.clash(spec)];
};

const suggestions = (c) => {
  const { suggested } = c.ui;
  if (!suggested) return null;
  const shutBox = () => { c.ui.suggested = null; c.redraw(); };
  const loose = new Map(c.v.loose.map((note) => [note.id, note]));
  const shown = suggested.loading ? [] : (suggested.list ?? []).map((found) => ({ ...found, left: found.notes.filter((id) => loose.has(id)) })).filter((found) => found.left.length > 1 && !found.dismissed);
  const accept = (found) => () => { c.act({ move: "group_notes", group: newKey(), notes: found.left, title: found.title.slice(0, 300) }); c.say(c.t("suggest.accepted")); };
  return h("section", { class: "rb-suggest rb-card", "aria-label": c.t("suggest.title"), "data-suggestions": shown.length },
    h("div", { class: "rb-row" }, icon("spark"), h("h3", null, c.t("suggest.title")), iconButton(c.t("shut"), "close", { class: "end", onclick: shutBox })),
    suggested.loading ? busy(c) : suggested.error ? h("p", { role: "alert" }, suggested.error) : suggested.read === false ? h("p", null, c.t("suggest.unread")) : shown.length ? [h("p", { class: "rb-muted" }, c.t("suggest.hint")),
      h("ul", { class: "rb-suggest-list" }, shown.map((found) => h("li", { key: found.notes[0], "data-suggestion": found.notes[0] }, h("strong", null, found.title), h("ul", null, found.left.map((id) => h("li", null, loose.get(id).text))),
        h("div", { class: "rb-row" }, button(c.t("suggest.accept"), { class: "tiny primary", "data-action": "accept-suggestion", onclick: accept(found) }, "check"),
          button(c.t("suggest.dismiss"), { class: "tiny quiet", "data-action": "dismiss-suggestion", onclick: () => { suggested.list.find((other) => other.notes === found.notes).dismissed = true; c.redraw(); } }))))),
      shown.length > 1 ? button(c.t("suggest.accept_all", { count: shown.length }), { class: "tiny", "data-action": "accept-all", onclick: () => shown.forEach((found) => accept(found)()) }) : null]
      : h("p", { class: "rb-muted" }, c.t("suggest.none")));
};

const askSuggestions = async (c) => {
  c.ui.suggested = { loading: true };
  c.redraw();
  const notes = c.v.loose.slice(0, 500).map((note) => ({ id: note.id, text: note.text }));
  const answer = await c.line.ask("suggest_groups", { notes });
  c.ui.suggested = answer.error ? { error: answer.words ?? c.t("ask_failed") } : { list: answer.value?.suggestions ?? answer.value ?? [], read: answer.value?.read };
  c.redraw();
};

const groupScreen = (c) => {
  const open = c.v.isOpen("group") && c.v.you.writes;
  const grouped = c.v.topics.filter((topic) => topic.group);
  const moving = { moves: open, edits: c.v.isOpen("group") && c.v.you.writes };
  const first = c.v.loose[0]?.id;
  return h("div", { class: "rb-grouping", onkeydown: carryKeys(c) },
    h("p", { id: "rb-drag-help", class: "rb-sr" }, c.t("group.help")),
    h("section", { class: "rb-loose", "aria-labelledby": "rb-loose-title", "data-drop": open ? "out:" : null, "data-target": c.ui.target === "out:" ? "true" : null },
      h("div", { class: "rb-row" }, h("h3", { id: "rb-loose-title" }, c.t("group.loose"), h("span", { class: "rb-count" }, c.v.loose.length)),
        open && c.v.loose.length > 2 ? button(c.t("suggest.button"), { class: "tiny end", "data-action": "suggest", onclick: () => askSuggestions(c) }, "spark") : null),
      suggestions(c),
      c.v.loose.length ? h("ul", { class: "rb-notes rb-wall" }, c.v.loose.map((note) => noteCard(c, note, { ...moving, keyboard: note.id === first ? "first" : null })))
        : empty(c, c.t(c.v.topics.length ? "group.all_grouped" : "group.nothing"), c.v.topics.length ? null : c.t("group.nothing_hint"), "check")),
    h("section", { class: "rb-groups", "aria-labelledby": "rb-groups-title" },
      h("h3", { id: "rb-groups-title" }, c.t("group.topics"), h("span", { class: "rb-count" }, grouped.length)),
      grouped.length ? h("ul", { class: "rb-list" }, grouped.map((topic) => h("li", { key: topic.key, class: "rb-group", "data-topic": topic.key, "data-drop": open ? `group:${topic.key}` : null, "data-target": c.ui.target === `group:${topic.key}` ? "true" : null },
        h("div", { class: "rb-group-head" }, groupField(c, topic, open), h("span", { class: "rb-count" }, c.t("group.notes", { count: topic.notes.length }))),
        h("ul", { class: "rb-notes" }, topic.notes.map((note) => noteCard(c, note, { ...moving, keyboard: first ? null : "first" }))))))
        : h("div", { class: "rb-drop-hint" }, icon("grip"), h("p", null, c.t("group.how")))));
};

const dotsRow = (count, most, kind = "") => h("span", { class: `rb-dots ${kind}`, "aria-hidden": "true" }, Array.from({ length: most }, (_, place) => h("i", { class: place < count ? "on" : "" })));

const topicNotes = (c, topic, most = 3) => topic.group || topic.notes.length > 1
  ? h("ul", { class: "rb-mini" }, topic.notes.slice(0, most).map((note) => h("li", { key: note.id, class: `tone-${toneOf(columnOf(c, note.column))}` }, note.text)), topic.notes.length > most ? h("li", { class: "rb-muted" }, c.t("more_notes", { count: topic.notes.length - most })) : null)
  : h("p", { class: "rb-muted rb-note-column" }, icon(toneOf(columnOf(c, topic.notes[0].column))), c.lang(columnOf(c, topic.notes[0].column)?.title));

const voteCard = (c, topic, open, left) => {
  const given = c.v.dots[topic.key] ?? 0;
  const per = c.v.board.per_topic;
  const change = (step) => {
    const now = read(c.line.state); // a second click may come before the first was drawn
    const dots = (now.dots[topic.key] ?? 0) + step;
    const over = now.board.votes - now.spent - step;
    if (dots < 0 || dots > per || over < 0) return;
    c.act({ move: "vote", topic: topic.key, dots });
    c.say(c.t("vote.said", { count: dots, left: over }));
  };
  const name = topic.title.slice(0, 120);
  return memo(topic.key, [topic.title, topic.notes.length, topic.notes[0], topic.notes[1], topic.notes[2], given, open, left, topic.votes, c.v.votes === null], () =>
    h("li", { key: topic.key, class: `rb-card rb-votable${given ? " given" : ""}`, "data-topic": topic.key, "data-dots": given },
      h("h3", { class: "rb-words" }, topic.title), topicNotes(c, topic),
      h("div", { class: "rb-vote" },
        c.v.votes ? h("span", { class: "rb-total", "data-votes": topic.votes }, h("strong", null, topic.votes), " ", c.t("vote.votes", { count: topic.votes })) : null,
        open ? [
          h("button", { type: "button", class: "rb-icon ring", "aria-label": c.t("vote.less", { name }), "data-action": "vote-less", disabled: !given, onclick: () => change(-1) }, icon("minus")),
          dotsRow(given, per, "mine"), h("span", { class: "rb-sr" }, c.t("vote.given", { count: given })),
          h("button", { type: "button", class: "rb-icon ring", "aria-label": c.t("vote.more", { name }), "data-action": "vote-more", disabled: given >= per || left <= 0, onclick: () => change(1) }, icon("add")),
        ] : given ? h("span", { class: "rb-muted" }, c.t("vote.given", { count: given })) : null)));
};

const voteScreen = (c) => {
  const open = c.v.isOpen("vote") && c.v.you.writes;
  const left = c.v.board.votes - c.v.spent;
  if (!c.v.topics.length) return empty(c, c.t("vote.nothing"), c.t("vote.nothing_hint"));
  return h("div", null,
    h("div", { class: "rb-purse", role: "status", "data-left": left },
      open ? [dotsRow(left, Math.max(c.v.board.votes, left)), h("strong", null, c.t("vote.left", { count: left })), h("span", { class: "rb-muted" }, c.t("vote.per_topic", { count: c.v.board.per_topic }))] : null,
      h("span", { class: "rb-muted rb-voted" }, c.v.votes ? c.t("vote.counted") : [icon("hidden"), c.t("vote.voted", { count: c.v.counts.voted ?? 0, of: c.v.counts.voters ?? 0 })])),
    h("ul", { class: "rb-grid" }, (c.v.votes ? c.v.ranked : c.v.topics).map((topic) => voteCard(c, topic, open, left))));
};
