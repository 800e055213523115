// What comes out: actions with owners, and lessons in the making.
const talking = (c) => c.v.you.writes && ["discuss", "actions", "close"].some((kind) => c.v.isOpen(kind));
const acting = (c) => c.v.you.writes && ["discuss", "actions", "close", "previous"].some((kind) => c.v.isOpen(kind));

const ownerWords = (c, owner) => (c.line.lookUp("people").value ?? []).find((known) => known.name === owner)?.display_name ?? owner;

// Words of several fields that somebody else changed meanwhile.
const formClash = (c, key, save) => {
  const session = c.edits.sessionOf(key);
  if (!session?.clash) return null;
  const { theirs, rev } = session.clash;
  const list = (values) => h("p", { class: "rb-words" }, Object.values(values ?? {}).filter((value) => value && typeof value === "string").join("\n"));
  return h("div", { class: "rb-clash", role: "alert", "data-clash": key }, h("strong", null, c.t("clash.title")), h("p", null, c.t("clash.hint")),
    h("div", { class: "rb-clash-two" },
      h("div", null, h("h4", null, c.t("clash.mine")), list(session.values), button(c.t("clash.keep_mine"), { class: "tiny", "data-action": "keep-mine", onclick: () => { session.base = rev; session.clash = null; save(); } })),
      h("div", null, h("h4", null, c.t("clash.theirs")), list(theirs), button(c.t("clash.keep_theirs"), { class: "tiny", "data-action": "keep-theirs", onclick: () => { c.edits.drop(key); c.ui.form = null; c.redraw(); } }))));
};

const input = (c, key, start, base, name, words, props = {}) => {
  const { values } = c.edits.form(key, start, base);
  const { tag = "input", help, ...rest } = props;
  return h("label", { class: `rb-field ${props.wide ? "wide" : ""}` }, h("span", null, words), help ? h("small", null, help) : null,
    h(tag, { class: tag === "textarea" ? "rb-text" : "rb-input", name, autocomplete: "off", ...rest, sync: (el) => { const held = c.edits.form(key, start, base).values[name] ?? ""; if (document.activeElement !== el && el.value !== held) el.value = held; },
      initial: values[name] ?? "", oninput: (event) => { c.edits.fill(key, start, base, name, event.target.value); rest.after?.(event.target.value); } }));
};

// An action's form. `item` is the action that is changed; without it a new one is made.
const actionForm = (c, { item = null, topic = null, name, cancel = null }) => {
  const key = `action-${item?.id ?? name}`;
  const start = item ? { ...item } : { title: "", owner: "", due: "", success_metric: "", metric: "", direction: "" };
  const base = item?.rev ?? 0;
  const people = c.line.lookUp("people").value ?? [];
  const metrics = c.line.lookUp("metrics", { project: c.v.board.project }).value ?? [];
  const save = async (event) => {
    event?.preventDefault();
    const form = c.edits.form(key, start, base);
    const { values } = form;
    const title = (values.title ?? "").trim();
    if (!title) return;
    const said = (words) => (words ?? "").trim() || null;
    const owner = said(values.owner);
    const known = people.find((person) => person.display_name === owner || person.name === owner);
    const id = item?.id ?? form.id ?? newKey();
    form.id = id;
    const result = await c.act({ move: "put_action", action: id, title, owner: known?.name ?? owner, due: said(values.due), success_metric: said(values.success_metric), metric: said(values.metric), direction: said(values.direction), topic: item ? item.topic : topic, base: form.base });
    if (result.refused?.code === "text_changed") form.clash = result.refused.fields;
    else if (!result.refused && !result.lost) {
      c.edits.drop(key);
      c.ui.formMade = (c.ui.formMade ?? 0) + 1;
      c.say(c.t("actions.saved"));
      cancel?.();
    }
    c.redraw();
  };
  const filled = c.edits.form(key, start, base).values;
  const measured = Boolean(filled.metric || filled.success_metric || c.ui[`measure-${key}`] || metrics.length === 0);
  return h("form", { key: `${key}-${item ? "" : c.ui.formMade ?? 0}`, class: "rb-form", onsubmit: save, "data-form": "action" },
    formClash(c, key, save),
    input(c, key, start, base, "title", c.t("actions.title_field"), { required: true, maxlength: 300, wide: true, placeholder: c.t("actions.title_placeholder") }),
    input(c, key, start, base, "owner", c.t("actions.owner"), { maxlength: 300, list: "rb-people-names", placeholder: c.t("actions.owner_placeholder") }),
    h("datalist", { id: "rb-people-names" }, people.map((person) => h("option", { value: person.display_name }))),
    input(c, key, start, base, "due", c.t("actions.due"), { type: "date" }),
    input(c, key, start, base, "success_metric", c.t("actions.success"), { maxlength: 300, wide: true, placeholder: c.t("actions.success_placeholder") }),
    metrics.length ? h("label", { class: "rb-field wide" }, h("span", null, c.t("actions.metric")),
      h("select", { class: "rb-select", name: "metric", value: filled.metric ?? "", onchange: (event) => {
        const series = metrics.find((one) => one.key === event.target.value);
        c.edits.fill(key, start, base, "metric", event.target.value);
        c.edits.fill(key, start, base, "direction", event.target.value ? series?.direction ?? "decrease" : "");
        if (series && !(filled.success_metric ?? "").trim()) c.edits.fill(key, start, base, "success_metric", series.name);
        c.redraw();
      } }, h("option", { value: "" }, c.t("actions.no_metric")), metrics.map((one) => h("option", { value: one.key }, `${one.name}${one.unit_of_measure ? ` (${one.unit_of_measure})` : ""} · ${c.t("actions.values", { count: one.count })}`)))) : null,
    measured && filled.metric ? h("label", { class: "rb-field" }, h("span", null, c.t("actions.direction")),
      h("select", { class: "rb-select", name: "direction", value: filled.direction || "decrease", onchange: (event) => c.edits.fill(key, start, base, "direction", event.target.value) }, ["increase", "decrease"].map((way) => h("option", { value: way }, c.t(`actions.${way}`))))) : null,
    h("div", { class: "rb-inline wide" }, h("button", { class: "rb-button primary", "data-action": "save-action" }, icon(item ? "check" : "add"), h("span", null, c.t(item ? "save" : "actions.add"))),
      cancel ? button(c.t("cancel"), { class: "quiet", onclick: () => { c.edits.drop(key); cancel(); } }) : null));
};

const actionCard = (c, action) => {
  if (c.ui.form === action.id && acting(c)) return h("li", { key: action.id, class: "rb-card", "data-board-action": action.id }, actionForm(c, { item: action, cancel: () => { c.ui.form = null; c.redraw(); } }));
  const topic = c.v.topics.find((one) => one.key === action.topic);
  return h("li", { key: action.id, class: "rb-card rb-action", "data-board-action": action.id },
    h("span", { class: "rb-fact-mark", "aria-hidden": "true" }, icon("action")),
    h("div", null, h("h4", null, action.title),
      h("p", { class: "rb-muted rb-meta" },
        h("span", { class: action.owner ? "" : "rb-lack" }, icon("people"), action.owner ? ownerWords(c, action.owner) : c.t("actions.no_owner")),
        h("span", { class: action.due ? "" : "rb-lack" }, icon("day"), action.due ? dayWords(c, action.due) : c.t("actions.no_due")),
        h("span", null, icon("metric"), action.success_metric || c.t("actions.unmeasured")),
        topic && c.shownKind !== "discuss" ? h("span", null, icon("chat"), topic.title.slice(0, 80)) : null)),
    acting(c) ? h("span", { class: "rb-note-acts" },
      iconButton(c.t("actions.edit", { name: action.title }), "pen", { "data-action": "edit-action", onclick: () => { c.ui.form = action.id; c.redraw(); } }),
      iconButton(c.t("actions.remove", { name: action.title }), "trash", { "data-action": "remove-action", onclick: () => { c.act({ move: "remove_action", action: action.id }); c.toast(c.t("actions.removed"), { undo: true }); } })) : null);
};

const LESSON_FIELDS = ["driving_event", "lesson", "recommendation", "conditions"];

const lessonForm = (c, { item = null, topic, cancel }) => {
  const key = `lesson-${item?.id ?? topic.key}`;
  const start = item ? { ...item } : { title: topic.title.slice(0, 300), driving_event: (topic.said?.discussion ?? "").slice(0, 2000), lesson: "", recommendation: "", conditions: "", polarity: "" };
  const base = item?.rev ?? 0;
  const save = async (event) => {
    event?.preventDefault();
    const form = c.edits.form(key, start, base);
    form.id = item?.id ?? form.id ?? newKey();
    const words = Object.fromEntries(["title", ...LESSON_FIELDS].map((name) => [name, (form.values[name] ?? "").trim()]));
    const result = await c.act({ move: "put_lesson", lesson_key: form.id, topic: topic.key, ...words, polarity: form.values.polarity || null, base: form.base });
    if (result.refused?.code === "text_changed") form.clash = result.refused.fields;
    else if (!result.refused && !result.lost) { c.edits.drop(key); cancel(); c.say(c.t("lessons.saved")); }
    c.redraw();
  };
  const { values } = c.edits.form(key, start, base);
  return h("form", { key, class: "rb-form", onsubmit: save, "data-form": "lesson" }, formClash(c, key, save),
    input(c, key, start, base, "title", c.t("lessons.title_field"), { maxlength: 300, wide: true, required: true }),
    LESSON_FIELDS.map((name) => input(c, key, start, base, name, c.t(`lessons.${name}`), { tag: "textarea", rows: 2, maxlength: 10000, wide: true, help: c.t(`lessons.${name}_help`) })),
    h("fieldset", { class: "rb-choice wide" }, h("legend", null, c.t("lessons.polarity")), ["success", "failure"].map((way) => h("label", { class: "rb-check" },
      h("input", { type: "radio", name: `polarity-${key}`, checked: values.polarity === way, onchange: () => { c.edits.fill(key, start, base, "polarity", way); c.redraw(); } }), c.t(`lessons.${way}`)))),
    h("div", { class: "rb-inline wide" }, h("button", { class: "rb-button primary", "data-action": "save-lesson" }, icon("check"), h("span", null, c.t("lessons.save"))), button(c.t("cancel"), { class: "quiet", onclick: () => { c.edits.drop(key); cancel(); } })));
};

const lessonCard = (c, lesson, topic) => {
  const leave = () => { c.ui.form = null; c.redraw(); };
  if (c.ui.form === lesson.id && topic && talking(c)) return h("li", { key: lesson.id, class: "rb-card", "data-lesson": lesson.id }, lessonForm(c, { item: lesson, topic, cancel: leave }));
  return h("li", { key: lesson.id, class: "rb-card rb-action", "data-lesson": lesson.id }, h("span", { class: "rb-fact-mark", "aria-hidden": "true" }, icon("lesson")),
    h("div", null, h("h4", null, lesson.title || lesson.lesson), lesson.recommendation || lesson.lesson ? h("p", { class: "rb-words rb-clip" }, lesson.recommendation || lesson.lesson) : null),
    talking(c) && topic ? h("span", { class: "rb-note-acts" }, iconButton(c.t("lessons.edit", { name: lesson.title }), "pen", { "data-action": "edit-lesson", onclick: () => { c.ui.form = lesson.id; c.redraw(); } }),
      iconButton(c.t("lessons.remove", { name: lesson.title }), "trash", { "data-action": "remove-lesson", onclick: () => { c.act({ move: "remove_lesson", lesson_key: lesson.id }); c.toast(c.t("lessons.removed"), { undo: true }); } })) : null);
};
