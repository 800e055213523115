// Talking about topics with past lessons beside them, agreeing on actions, and the end.
const SAVE_AFTER = 900;

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
          one.terms?.length ? h("p", { class: "rb-shared-words" }, one.terms.slice(0, 5).map((term) => h("span", { class: "rb-badge" }, term))) : null,
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
  return h("section", { key: id, class: "rb-said" }, h("div", { class: "rb-inline" }, h("h3", null, c.t("discuss.notes")), state ? h("span", { class: "rb-muted end", "data-save": state }, c.t(`discuss.${state}`)) : null), c.edits.field(spec), c.edits.clash(spec));
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
        leading ? h("div", { class: "rb-inline folds" },
          topic.key !== onTable ? button(c.t("discuss.take_up"), { class: "primary tiny", "data-action": "discuss", onclick: () => discuss(topic.key) }, "chat")
            : button(after ? c.t("discuss.next") : c.t("discuss.finish"), { class: "primary tiny", "data-action": "discuss-next", onclick: () => discuss(after?.key ?? null, true) }, after ? "right" : "check"),
          h("label", { class: "rb-inline rb-muted" }, c.t("discuss.minutes"), h("select", { class: "rb-select tiny", value: String(topicMinutes(c)), "data-action": "topic-minutes", onchange: (event) => { c.ui.topicMinutes = Number(event.target.value); c.redraw(); } }, [2, 3, 5, 8, 10, 15].map((minutes) => h("option", { value: String(minutes) }, c.t("minutes", { count: minutes })))))) : null),
      topic.group ? h("ul", { class: "rb-notes rb-wall" }, topic.notes.map((note) => noteCard(c, note, { plain: true }))) : topicNotes(c, topic),
      recurrences.length ? h("p", { class: "rb-recurs" }, icon("again"), h("strong", null, c.t("similar.recurs_of")), recurrences.map(([id, title]) => h("a", { href: `${c.base}lessons/${encodeURIComponent(id)}`, target: "_blank", rel: "noopener" }, title || id))) : null,
      discussionOf(c, topic),
      h("section", { class: "rb-outcomes" }, h("div", { class: "rb-inline" }, h("h3", null, c.t("actions.title")), talking(c) && c.ui.form !== "new-action" ? button(c.t("actions.new"), { class: "tiny end", "data-action": "new-action", onclick: () => { c.ui.form = "new-action"; c.redraw(); } }, "add") : null),
        actions.length ? h("ul", { class: "rb-list" }, actions.map((action) => actionCard(c, action))) : c.ui.form === "new-action" ? null : h("p", { class: "rb-muted" }, c.t("actions.none_topic")),
        c.ui.form === "new-action" && talking(c) ? h("div", { class: "rb-inset" }, actionForm(c, { topic: topic.key, name: `new-${topic.key}`, cancel: leave })) : null),
      h("section", { class: "rb-outcomes" }, h("div", { class: "rb-inline" }, h("h3", null, c.t("lessons.title")), talking(c) && c.ui.form !== "new-lesson" ? button(c.t("lessons.new"), { class: "tiny end", "data-action": "new-lesson", onclick: () => { c.ui.form = "new-lesson"; c.redraw(); } }, "add") : null),
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
