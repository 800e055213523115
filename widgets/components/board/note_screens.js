// Writing notes, and voting on what was made of them.
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
    h("header", null, h("h3", { id: `rb-column-${column.key}` }, icon(toneOf(column)), c.lang(column.title), h("span", { class: "rb-number" }, notes.length + others)), h("p", null, c.lang(column.prompt))),
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
