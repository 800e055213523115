// Talking about topics, agreeing on actions, drafting lessons, and the end.
const SAVE_AFTER = 900;
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
    h("div", { class: "rb-row wide" }, h("button", { class: "rb-button primary", "data-action": "save-action" }, icon(item ? "check" : "add"), h("span", null, c.t(item ? "save" : "actions.add"))),
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
    h("div", { class: "rb-row wide" }, h("button", { class: "rb-button primary", "data-action": "save-lesson" }, icon("check"), h("span", null, c.t("lessons.save"))), button(c.t("cancel"), { class: "quiet", onclick: () => { c.edits.drop(key); cancel(); } })));
};

const lessonCard = (c, lesson, topic) => {
  const leave = () => { c.ui.form = null; c.redraw(); };
  if (c.ui.form === lesson.id && topic && talking(c)) return h("li", { key: lesson.id, class: "rb-card", "data-lesson": lesson.id }, lessonForm(c, { item: lesson, topic, cancel: leave }));
  return h("li", { key: lesson.id, class: "rb-card rb-action", "data-lesson": lesson.id }, h("span", { class: "rb-fact-mark", "aria-hidden": "true" }, icon("lesson")),
    h("div", null, h("h4", null, lesson.title || lesson.lesson), lesson.recommendation || lesson.lesson ? h("p", { class: "rb-words rb-clip" }, lesson.recommendation || lesson.lesson) : null),
    talking(c) && topic ? h("span", { class: "rb-note-acts" }, iconButton(c.t("lessons.edit", { name: lesson.title }), "pen", { "data-action": "edit-lesson", onclick: () => { c.ui.form = lesson.id; c.redraw(); } }),
      iconButton(c.t("lessons.remove", { name: lesson.title }), "trash", { "data-action": "remove-lesson", onclick: () => { c.act({ move: "remove_lesson", lesson_key: lesson.id }); c.toast(c.t("lessons.removed"), { undo: true }); } })) : null);
};

const similar = (c, topic) => {
  const key = `similar-${topic.key}`;
  const open = talking(c);
  const marked = topic.said?.recurrences ?? {};
  return h("aside", { class: "rb-similar", "aria-label": c.t("similar.title") }, h("h3", null, icon("again"), c.t("similar.title")),
    answered(c, c.line.lookUp("similar", { topic: topic.key }, key), key, (value) => {
      const found = Array.isArray(value) ? value : value?.lessons ?? [];
      if (!found.length) return h("p", { class: "rb-muted" }, c.t("similar.none"));
      return h("ul", { class: "rb-list" }, found.map((one) => {
        const id = one.lesson ?? one.id;
        const again = id in marked;
        const where = one.project_name ?? one.unit ?? "";
        return h("li", { key: id, class: `rb-card rb-past${again ? " marked" : ""}`, "data-similar": id },
          h("p", { class: "rb-muted" }, where ? c.t("similar.before_in", { where }) : c.t("similar.before"), one.learnt_on ? ` · ${dayWords(c, one.learnt_on)}` : ""),
          h("h4", null, h("a", { href: `${c.base}lessons/${encodeURIComponent(id)}`, target: "_blank", rel: "noopener" }, one.title)),
          one.recommendation ? h("p", { class: "rb-words rb-clip" }, one.recommendation) : null,
          one.terms?.length ? h("p", { class: "rb-terms" }, one.terms.slice(0, 5).map((term) => h("span", { class: "rb-badge" }, term))) : null,
          one.recurred ? h("p", { class: "rb-muted" }, icon("again"), c.t("similar.recurred", { count: one.recurred })) : null,
          open ? h("button", { type: "button", class: `rb-button tiny${again ? " on" : ""}`, "aria-pressed": again ? "true" : "false", "data-action": "recurs", onclick: () => c.act({ move: "mark_recurrence", topic: topic.key, lesson: id, title: (one.title ?? "").slice(0, 300), recurs: !again }) }, icon(again ? "check" : "again"), h("span", null, c.t(again ? "similar.marked" : "similar.mark"))) : null);
      }));
    }));
};

const discussionOf = (c, topic) => {
  const id = `topic-${topic.key}`;
  const spec = {
    key: id, auto: SAVE_AFTER, current: () => { const found = c.line.state.items.get(id); return { text: found?.discussion ?? "", rev: found?.rev ?? 0 }; },
    save: (text, base) => c.act({ move: "write_discussion", topic: topic.key, text, base }), typed: () => c.redraw(),
    props: { class: "rb-text rb-discussion", rows: 5, maxlength: 10000, placeholder: c.t("discuss.placeholder"), "aria-label": c.t("discuss.notes"), "data-field": id, readonly: !talking(c) },
  };
  const session = c.edits.sessionOf(id);
  const unsaved = session && session.value.trim() !== session.from.trim();
  const state = session?.clash ? null : unsaved ? (c.line.state.link === "open" ? "saving" : "kept") : topic.said?.discussion ? "saved" : null;
  return h("section", { key: id, class: "rb-said" }, h("div", { class: "rb-row" }, h("h3", null, c.t("discuss.notes")), state ? h("span", { class: "rb-muted end", "data-save": state }, c.t(`discuss.${state}`)) : null), c.edits.field(spec), c.edits.clash(spec));
};

const topicMinutes = (c) => c.ui.topicMinutes ?? 5;

const discussScreen = (c) => {
  const { ranked, board } = c.v;
  if (!ranked.length) return empty(c, c.t("discuss.nothing"), c.t("discuss.nothing_hint"), "chat");
  const onTable = board.discussing;
  const topic = ranked.find((one) => one.key === (c.ui.topic ?? onTable)) ?? ranked.find((one) => one.key === onTable) ?? ranked[0];
  const at = ranked.indexOf(topic);
  const leading = c.leads && c.v.isOpen("discuss");
  const seconds = () => topicMinutes(c) * 60;
  const discuss = (key, done = false) => { c.ui.topic = null; c.act({ move: "discuss", topic: key, seconds: key ? seconds() : 0, done }); };
  const after = ranked.find((one, place) => place > ranked.findIndex((other) => other.key === onTable) && !one.said?.discussed && one.key !== onTable) ?? ranked.find((one) => !one.said?.discussed && one.key !== onTable) ?? null;
  const lessons = c.v.lessons.filter((lesson) => lesson.topic === topic.key);
  const actions = c.v.actions.filter((action) => action.topic === topic.key);
  const leave = () => { c.ui.form = null; c.redraw(); };
  const recurrences = Object.entries(topic.said?.recurrences ?? {});
  return h("div", { class: "rb-discuss" },
    h("nav", { class: "rb-agenda", "aria-label": c.t("discuss.agenda") }, h("h3", null, c.t("discuss.agenda")),
      h("ol", null, ranked.map((one, place) => memo(one.key, [one.title, one.votes, one.said, one.key === topic.key, one.key === onTable, leading, place], () => h("li", { key: one.key, class: `${one.key === topic.key ? "shown" : ""}${one.said?.discussed ? " done" : ""}`, "data-topic": one.key, "data-on-table": one.key === onTable ? "true" : null },
        h("button", { type: "button", "aria-current": one.key === topic.key ? "true" : null, "data-action": "open-topic", onclick: () => { c.ui.topic = one.key === onTable ? null : one.key; c.ui.form = null; c.redraw(); } },
          h("span", { class: "rb-rank" }, one.said?.discussed ? icon("check") : place + 1), h("span", { class: "rb-agenda-title" }, one.title, one.key === onTable ? h("em", null, c.t("discuss.on_table")) : null), h("span", { class: "rb-total" }, one.votes, h("span", { class: "rb-sr" }, c.t("vote.votes", { count: one.votes })))))))) ),
    h("article", { class: "rb-topic rb-card", "data-topic": topic.key, "aria-labelledby": "rb-topic-title" },
      h("header", null, h("p", { class: "rb-muted" }, c.t("discuss.place", { place: at + 1, of: ranked.length }), topic.votes ? ` · ${topic.votes} ${c.t("vote.votes", { count: topic.votes })}` : ""),
        h("h2", { id: "rb-topic-title", class: `rb-words${topic.title.length > 140 ? " long" : ""}` }, topic.title),
        leading ? h("div", { class: "rb-row folds" },
          topic.key !== onTable ? button(c.t("discuss.take_up"), { class: "primary tiny", "data-action": "discuss", onclick: () => discuss(topic.key) }, "chat")
            : button(after ? c.t("discuss.next") : c.t("discuss.finish"), { class: "primary tiny", "data-action": "discuss-next", onclick: () => discuss(after?.key ?? null, true) }, after ? "right" : "check"),
          h("label", { class: "rb-row rb-muted" }, c.t("discuss.minutes"), h("select", { class: "rb-select tiny", value: String(topicMinutes(c)), "data-action": "topic-minutes", onchange: (event) => { c.ui.topicMinutes = Number(event.target.value); c.redraw(); } }, [2, 3, 5, 8, 10, 15].map((minutes) => h("option", { value: String(minutes) }, c.t("minutes", { count: minutes })))))) : null),
      topic.group ? h("ul", { class: "rb-notes rb-wall" }, topic.notes.map((note) => noteCard(c, note, { plain: true }))) : topicNotes(c, topic),
      recurrences.length ? h("p", { class: "rb-recurs" }, icon("again"), h("strong", null, c.t("similar.recurs_of")), recurrences.map(([id, title]) => h("a", { href: `${c.base}lessons/${encodeURIComponent(id)}`, target: "_blank", rel: "noopener" }, title || id))) : null,
      discussionOf(c, topic),
      h("section", { class: "rb-outcomes" }, h("div", { class: "rb-row" }, h("h3", null, c.t("actions.title")), talking(c) && c.ui.form !== "new-action" ? button(c.t("actions.new"), { class: "tiny end", "data-action": "new-action", onclick: () => { c.ui.form = "new-action"; c.redraw(); } }, "add") : null),
        actions.length ? h("ul", { class: "rb-list" }, actions.map((action) => actionCard(c, action))) : c.ui.form === "new-action" ? null : h("p", { class: "rb-muted" }, c.t("actions.none_topic")),
        c.ui.form === "new-action" && talking(c) ? h("div", { class: "rb-inset" }, actionForm(c, { topic: topic.key, name: `new-${topic.key}`, cancel: leave })) : null),
      h("section", { class: "rb-outcomes" }, h("div", { class: "rb-row" }, h("h3", null, c.t("lessons.title")), talking(c) && c.ui.form !== "new-lesson" ? button(c.t("lessons.new"), { class: "tiny end", "data-action": "new-lesson", onclick: () => { c.ui.form = "new-lesson"; c.redraw(); } }, "add") : null),
        lessons.length ? h("ul", { class: "rb-list" }, lessons.map((lesson) => lessonCard(c, lesson, topic))) : c.ui.form === "new-lesson" ? null : h("p", { class: "rb-muted" }, c.t("lessons.none")),
        c.ui.form === "new-lesson" && talking(c) ? h("div", { class: "rb-inset" }, lessonForm(c, { topic, cancel: leave })) : null)),
    similar(c, topic));
};

const actionsScreen = (c) => {
  const open = acting(c);
  const bare = c.v.ranked.filter((topic) => topic.votes && !c.v.actions.some((action) => action.topic === topic.key));
  return h("div", { class: open ? "rb-two" : "rb-narrow" },
    h("section", { "aria-label": c.t("actions.title") },
      c.v.actions.length ? h("ul", { class: "rb-list" }, c.v.actions.map((action) => actionCard(c, action))) : empty(c, c.t("actions.none"), c.t("actions.none_hint"), "action"),
      bare.length ? h("section", { class: "rb-bare" }, h("h3", null, c.t("actions.bare")), h("ul", { class: "rb-mini" }, bare.slice(0, 6).map((topic) => h("li", { key: topic.key, "data-bare": topic.key }, topic.title)))) : null),
    open ? h("aside", { class: "rb-card rb-stick" }, h("h3", null, c.t("actions.new")), actionForm(c, { name: "new" })) : null);
};

const askClose = (c) => {
  c.ui.confirm = {
    name: "close", title: c.t("close.confirm_title"), text: c.t("close.confirm_text"), yes: c.t("close.confirm_yes"), grave: true,
    more: h("ul", { class: "rb-plain" }, h("li", null, c.t("close.gives_actions", { count: c.v.actions.length })), h("li", null, c.t("close.gives_lessons", { count: c.v.lessons.length })), h("li", null, c.t("close.gives_report"))),
    then: async () => {
      c.ui.closing = true;
      c.redraw();
      const answer = await c.line.ask("close");
      c.ui.closing = false;
      if (answer.error) c.toast(answer.words ?? c.t("ask_failed"), { kind: "bad" });
      else { c.line.state.over = answer.value; c.line.state.link = "closed"; }
      c.redraw();
    },
  };
  c.redraw();
};

const closeScreen = (c) => {
  const open = c.v.isOpen("close") && c.v.you.writes;
  const roti = (level) => c.t(`roti.${level}`);
  const totals = [["notes", c.v.notes.filter((note) => note.shown).length], ["topics", c.v.topics.length], ["discussed", c.v.topics.filter((topic) => topic.said?.discussed || topic.said?.discussion).length], ["actions", c.v.actions.length], ["lessons", c.v.lessons.length]];
  return h("div", { class: "rb-two" },
    h("section", null,
      h("div", { class: "rb-card" }, h("h3", null, c.t("close.question")), scale(c, { phase: "close", question: "roti", label: c.t("close.question"), words: roti, disabled: !open }),
        c.v.answersOf("close").roti ? h("p", { class: "rb-muted rb-centered" }, icon("check"), c.t("answers.kept")) : null, spread(c, c.v.counts.answers?.close?.roti, roti)),
      c.v.actions.length ? h("section", null, h("h3", null, c.t("close.actions")), h("ul", { class: "rb-list" }, c.v.actions.map((action) => actionCard(c, action)))) : null,
      c.v.lessons.length ? h("section", null, h("h3", null, c.t("close.lessons")), h("ul", { class: "rb-list" }, c.v.lessons.map((lesson) => lessonCard(c, lesson, null)))) : null),
    h("aside", { class: "rb-card rb-stick" }, h("h3", null, c.t("close.summary")),
      h("dl", { class: "rb-totals" }, totals.map(([key, count]) => h("div", { "data-total": key }, h("dt", null, c.t(`close.${key}`)), h("dd", null, figure(c, count))))),
      c.leads ? [h("p", { class: "rb-muted" }, c.t("close.hint")), button(c.t(c.ui.closing ? "close.closing" : "close.button"), { class: "primary big", "data-action": "close", disabled: c.ui.closing, "aria-busy": c.ui.closing ? "true" : null, onclick: () => askClose(c) }, "check")]
        : h("p", { class: "rb-muted" }, c.t("close.wait"))));
};
