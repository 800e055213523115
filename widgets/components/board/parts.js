// Parts that several screens are made of.
const TONES = new Set(["good", "bad", "lucky", "idea", "action", "neutral"]);
const LEVELS = [1, 2, 3, 4, 5];

const hueOf = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 7) % 8;
const initials = (name) => {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  if (!words.length) return "?";
  if (/\p{Script=Han}/u.test(name)) return [...name.replace(/[^\p{Script=Han}]/gu, "")].slice(-2).join("");
  return (words.length > 1 ? [...words[0]][0] + [...words.at(-1)][0] : [...words[0]].slice(0, 2).join("")).toUpperCase();
};

const avatar = (c, seat, { large = false } = {}) =>
  h("span", { class: `rb-avatar hue-${hueOf(seat.id)}${large ? " large" : ""}${c.line.state.online.has(seat.id) ? "" : " away"}`, "aria-hidden": "true" },
    initials(seat.name), seat.ready ? h("span", { class: "rb-check-mark" }, icon("check")) : null, h("span", { class: "rb-dot" }));

const badge = (words, kind = "", name = null) => h("span", { class: `rb-badge ${kind}` }, name ? icon(name) : null, words);

const button = (words, props, name = null) =>
  h("button", { type: "button", ...props, class: `rb-button ${props.class ?? ""}` }, name ? icon(name) : null, h("span", null, words));

const iconButton = (words, name, props) =>
  h("button", { type: "button", title: words, "aria-label": words, ...props, class: `rb-icon ${props.class ?? ""}` }, icon(name));

// A button that opens a sheet; a click elsewhere or Escape closes it.
const menu = (props, label, ...content) =>
  h("details", { key: props["data-menu"], ...props, class: `rb-menu ${props.class ?? ""}`, onkeydown: (event) => {
    if (event.key !== "Escape" || !event.currentTarget.open) return;
    event.stopPropagation();
    event.currentTarget.open = false;
    event.currentTarget.querySelector("summary").focus();
  } }, label, h("div", { class: "rb-drawer" }, ...content));

const columnOf = (c, key) => c.v.board.format.columns.find((column) => column.key === key);
const toneOf = (column) => (column && TONES.has(column.tone) ? column.tone : "neutral");

const empty = (c, title, hint, name = "idea") =>
  h("div", { class: "rb-empty" }, icon(name), h("h3", null, title), hint ? h("p", null, hint) : null);

const busy = (c) => h("div", { class: "rb-waiting", role: "status" }, h("i", null), h("i", null), h("i", null), h("span", { class: "rb-sr" }, c.t("loading")));

// What an ask brings: nothing yet, trouble, or the value.
const answered = (c, found, key, show) => {
  if (found.loading) return busy(c);
  if (found.error)
    return h("div", { class: "rb-empty", role: "alert" }, icon("alert"), h("p", null, found.words ?? c.t(found.error.code === "late" ? "ask_late" : "ask_failed")),
      button(c.t("again"), { class: "tiny", onclick: () => { c.line.forget(key); c.redraw(); } }, "again"));
  return show(found.value);
};

const dayWords = (c, day) => {
  if (!day) return "";
  const at = new Date(`${String(day).slice(0, 10)}T12:00:00Z`);
  return Number.isNaN(at.getTime()) ? String(day) : c.dates.format(at);
};
const figure = (c, value) => c.numbers.format(value);

// One to five, as faces or as numbers: real radio buttons, so that arrows work.
const scale = (c, { phase, question, label, words, faces = false, disabled = false }) => {
  const mine = c.v.answersOf(phase)[question];
  return h("div", { class: `rb-scale${faces ? " faces" : ""}`, role: "radiogroup", "aria-label": label, "data-question": question },
    LEVELS.map((level) => h("label", { class: `rb-level level-${level}${mine === level ? " chosen" : ""}` },
      h("input", { type: "radio", name: `rb-${phase}-${question}`, value: String(level), checked: mine === level, disabled, "data-level": level, onchange: () => c.act({ move: "answer", phase, question, value: level }) }),
      faces ? face(level) : h("span", { class: "rb-number", "aria-hidden": words ? "true" : null }, level),
      words ? h("span", { class: "rb-level-words" }, words(level)) : null)));
};

// How answers spread; below five only how many there are.
const spread = (c, found, words) => {
  const count = found?.count ?? 0;
  if (!found?.counts)
    return h("p", { class: "rb-few", "data-few": count }, icon("hidden"), count ? c.t("answers.few", { count }) : c.t("answers.none"));
  const most = Math.max(...found.counts, 1);
  return h("figure", { class: "rb-spread", "data-mean": found.mean },
    h("div", { class: "rb-bars", role: "img", "aria-label": c.t("answers.alt", { counts: LEVELS.map((level) => `${words(level)}: ${found.counts[level - 1]}`).join(c.t("comma")), mean: figure(c, found.mean) }) },
      LEVELS.map((level) => h("div", { class: `rb-tally level-${level}` }, h("b", null, found.counts[level - 1]), h("i", { style: { height: `${(found.counts[level - 1] / most) * 100}%` } }), h("span", null, level)))),
    h("figcaption", null, h("strong", null, figure(c, found.mean)), " ", c.t("answers.mean", { count })));
};

// A note as it is read, edited, moved.
const noteCard = (c, note, { moves = false, edits = false, plain = false, keyboard = null } = {}) => {
  const key = `note-${note.id}`;
  const editing = edits && note.mine && (c.ui.editing === note.id || c.edits.has(key));
  const carried = c.ui.carry?.note === note.id;
  const removes = edits && (note.mine || (note.shown && c.leads));
  return memo(key, [note, editing, editing ? c.edits.sessionOf(key)?.clash : null, moves, removes, carried, keyboard, plain, c.ui.target === `note:${note.id}`], () => {
    const column = columnOf(c, note.column);
    const spec = {
      key, required: true, enters: true, escape: true, current: () => c.line.state.items.get(note.id) ?? (note.unsent ? note : null), held: () => true,
      save: (text, base) => c.act({ move: "edit_note", note: note.id, text, base }),
      left: () => { c.ui.editing = null; c.redraw(); },
      props: {
        class: "rb-text", maxlength: 2000, rows: 2, "aria-label": c.t("note.edit_label"), "data-field": key, onblur: () => { c.ui.editing = null; },
        ref: (el) => { if (c.ui.editing === note.id) requestAnimationFrame(() => { el.focus(); el.setSelectionRange(el.value.length, el.value.length); }); },
      },
    };
    return h("li", {
      key, class: `rb-slip tone-${toneOf(column)}${note.unsent ? " unsent" : ""}${carried ? " carried" : ""}${note.mine ? " mine" : ""}`,
      "data-note": note.id, "data-mine": note.mine ? "true" : null, "data-hidden": note.shown ? null : "true", "data-drag-note": moves ? note.id : null, "data-drop": moves ? `note:${note.id}` : null,
      tabindex: moves ? (keyboard === "first" ? 0 : -1) : null, "aria-describedby": moves ? "rb-drag-help" : null, "aria-roledescription": moves ? c.t("group.movable") : null,
      "data-target": c.ui.target === `note:${note.id}` ? "true" : null,
    },
      moves ? h("span", { class: "rb-grip", "data-grip": true, "aria-hidden": "true" }, icon("grip")) : null,
      moves ? h("span", { class: "rb-note-column" }, icon(toneOf(column)), column ? c.lang(column.title) : note.column) : null,
      editing ? [c.edits.field(spec), c.edits.clash(spec)] : h("p", { class: "rb-words" }, note.text),
      note.fact ? h("p", { class: "rb-note-fact" }, icon("pin"), note.fact.title ?? c.t("note.fact")) : null,
      (note.author || (note.mine && !plain && !moves) || removes) && !editing ? h("div", { class: "rb-note-foot" },
        note.author ? h("span", { class: "rb-by" }, note.author) : note.mine && !plain ? h("span", { class: "rb-by" }, note.unsent ? c.t("note.unsent") : note.shown ? c.t("note.mine") : c.t("note.only_you")) : null,
        removes ? h("span", { class: "rb-note-acts" },
          note.mine ? iconButton(c.t("note.edit"), "pen", { "data-action": "edit-note", onclick: () => { c.ui.editing = note.id; c.redraw(); } }) : null,
          iconButton(c.t("note.remove"), "trash", { "data-action": "remove-note", onclick: () => { c.edits.drop(key); c.act({ move: "remove_note", note: note.id }); c.toast(c.t("note.removed"), { undo: true }); } })) : null) : null);
  });
};

// A question before something that cannot be taken back.
const confirmBox = (c) => {
  const asked = c.ui.confirm;
  if (!asked) return null;
  const leave = () => { c.ui.confirm = null; c.redraw(); };
  return h("dialog", { key: "confirm", class: "rb-dialog", "aria-labelledby": "rb-confirm-title", "data-confirm": asked.name, ref: (el) => requestAnimationFrame(() => { if (el.isConnected && !el.open) el.showModal(); }), oncancel: leave },
    h("h2", { id: "rb-confirm-title" }, asked.title), h("p", null, asked.text), asked.more ?? null,
    h("div", { class: "rb-inline end" }, button(c.t("cancel"), { class: "quiet", "data-action": "cancel", onclick: leave }),
      button(asked.yes, { class: asked.grave ? "primary grave" : "primary", "data-action": "confirm", onclick: () => { leave(); asked.then(); } })));
};
