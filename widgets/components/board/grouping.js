// Putting notes together: by hand, by keys, or as suggested.

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
    h("div", { class: "rb-inline" }, icon("spark"), h("h3", null, c.t("suggest.title")), iconButton(c.t("shut"), "close", { class: "end", onclick: shutBox })),
    suggested.loading ? busy(c) : suggested.error ? h("p", { role: "alert" }, suggested.error) : suggested.read === false ? h("p", null, c.t("suggest.unread")) : shown.length ? [h("p", { class: "rb-muted" }, c.t("suggest.hint")),
      h("ul", { class: "rb-suggest-list" }, shown.map((found) => h("li", { key: found.notes[0], "data-suggestion": found.notes[0] }, h("strong", null, found.title), h("ul", null, found.left.map((id) => h("li", null, loose.get(id).text))),
        h("div", { class: "rb-inline" }, button(c.t("suggest.accept"), { class: "tiny primary", "data-action": "accept-suggestion", onclick: accept(found) }, "check"),
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
      h("div", { class: "rb-inline" }, h("h3", { id: "rb-loose-title" }, c.t("group.loose"), h("span", { class: "rb-number" }, c.v.loose.length)),
        open && c.v.loose.length > 2 ? button(c.t("suggest.button"), { class: "tiny end", "data-action": "suggest", onclick: () => askSuggestions(c) }, "spark") : null),
      suggestions(c),
      c.v.loose.length ? h("ul", { class: "rb-notes rb-wall" }, c.v.loose.map((note) => noteCard(c, note, { ...moving, keyboard: note.id === first ? "first" : null })))
        : empty(c, c.t(c.v.topics.length ? "group.all_grouped" : "group.nothing"), c.v.topics.length ? null : c.t("group.nothing_hint"), "check")),
    h("section", { class: "rb-groups", "aria-labelledby": "rb-groups-title" },
      h("h3", { id: "rb-groups-title" }, c.t("group.topics"), h("span", { class: "rb-number" }, grouped.length)),
      grouped.length ? h("ul", { class: "rb-list" }, grouped.map((topic) => h("li", { key: topic.key, class: "rb-group", "data-topic": topic.key, "data-drop": open ? `group:${topic.key}` : null, "data-target": c.ui.target === `group:${topic.key}` ? "true" : null },
        h("div", { class: "rb-group-head" }, groupField(c, topic, open), h("span", { class: "rb-number" }, c.t("group.notes", { count: topic.notes.length }))),
        h("ul", { class: "rb-notes" }, topic.notes.map((note) => noteCard(c, note, { ...moving, keyboard: first ? null : "first" }))))))
        : h("div", { class: "rb-drop-hint" }, icon("grip"), h("p", null, c.t("group.how")))));
};
