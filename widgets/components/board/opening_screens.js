// Before the notes: how everyone arrives, what became of last time, what happened, how healthy it feels.
const checkIn = (c) => {
  const open = c.v.isOpen("check_in") && c.v.you.writes;
  const mood = (level) => c.t(`mood.${level}`);
  return h("div", { class: "rb-centre" },
    h("section", { class: "rb-card rb-mood" }, h("h3", null, c.t("check_in.question")),
      scale(c, { phase: "check_in", question: "mood", label: c.t("check_in.question"), words: mood, faces: true, disabled: !open }),
      c.v.answersOf("check_in").mood ? h("p", { class: "rb-muted rb-centered" }, icon("check"), c.t("answers.kept")) : null),
    h("section", { class: "rb-card" }, h("h3", null, c.t("check_in.group")), spread(c, c.v.counts.answers?.check_in?.mood, mood)));
};

const earlier = (c, action) => {
  const { ui } = c;
  const open = c.v.you.writes && c.v.isOpen("previous");
  const settled = !["open", "in_progress"].includes(action.status);
  const busyNow = ui.updating === action.id;
  const update = async (how, reason) => {
    ui.updating = action.id;
    c.redraw();
    const answer = await c.line.ask("update_action", { do: how, id: action.id, revision: action.revision, ...(reason ? { reason } : {}) });
    ui.updating = ui.cancelling = null;
    if (answer.error) c.toast(answer.words ?? c.t("ask_failed"), { kind: "bad" });
    else c.line.state.asks.set("previous", { loading: false, value: c.line.lookUp("previous").value.map((row) => (row.id === action.id ? { ...row, ...answer.value } : row)) });
    c.redraw();
  };
  return h("li", { key: action.id, class: `rb-card rb-earlier${settled ? " settled" : ""}`, "data-earlier": action.id, "data-status": action.status },
    h("div", { class: "rb-earlier-head" }, h("h3", null, action.title),
      h("div", { class: "rb-badges" },
        action.carry_count ? badge(c.t("previous.carried", { count: action.carry_count }), action.carry_count > 1 ? "warn" : "", "again") : null,
        action.overdue && !settled ? badge(c.t("previous.overdue"), "bad", "clock") : null,
        badge(c.t(`status.${action.status}`), action.status === "effective" ? "good" : action.status === "not_effective" ? "bad" : settled ? "" : "accent"))),
    h("p", { class: "rb-muted rb-meta" }, action.owner ? h("span", null, icon("people"), ownerWords(c, action.owner)) : null, action.due ? h("span", null, icon("day"), c.t("previous.due", { day: dayWords(c, action.due) })) : null,
      action.success_metric ? h("span", null, icon("metric"), action.success_metric) : null),
    settled && action.status === "done_unverified" ? h("p", { class: "rb-muted" }, c.t("previous.unverified")) : null,
    settled && action.before !== undefined && action.after !== undefined ? h("p", { class: "rb-muted" }, c.t("previous.measured", { before: figure(c, action.before), after: figure(c, action.after) })) : null,
    open && !settled ? (ui.cancelling === action.id
      ? h("form", { class: "rb-inline", onsubmit: (event) => { event.preventDefault(); const reason = event.target.reason.value.trim(); if (reason) update("cancel", reason); } },
        h("input", { class: "rb-input", name: "reason", required: true, maxlength: 300, placeholder: c.t("previous.reason"), "aria-label": c.t("previous.reason"), ref: (el) => requestAnimationFrame(() => el.focus()) }),
        h("button", { class: "rb-button tiny primary", disabled: busyNow }, c.t("previous.give_up")), button(c.t("cancel"), { class: "tiny quiet", onclick: () => { ui.cancelling = null; c.redraw(); } }))
      : h("div", { class: "rb-inline" },
        button(c.t("previous.done"), { class: "tiny primary", "data-action": "earlier-done", disabled: busyNow, onclick: () => update("done") }, "check"),
        action.status === "open" ? button(c.t("previous.start"), { class: "tiny", "data-action": "earlier-start", disabled: busyNow, onclick: () => update("start") }) : null,
        button(c.t("previous.give_up"), { class: "tiny quiet", "data-action": "earlier-cancel", disabled: busyNow, onclick: () => { ui.cancelling = action.id; c.redraw(); } }),
        h("span", { class: "rb-muted" }, c.t("previous.else")))) : null);
};

const MOST_EARLIER = 15;

const previous = (c) =>
  answered(c, c.line.lookUp("previous"), "previous", (value) => {
    const actions = Array.isArray(value) ? value : value?.actions ?? [];
    return actions.length
      ? h("div", { class: "rb-narrow" }, h("ul", { class: "rb-list" }, actions.slice(0, c.ui.allEarlier ? actions.length : MOST_EARLIER).map((action) => earlier(c, action))),
        actions.length > MOST_EARLIER && !c.ui.allEarlier ? button(c.t("previous.all", { count: actions.length }), { class: "rb-rest", "data-action": "all-earlier", onclick: () => { c.ui.allEarlier = true; c.redraw(); } }, "below") : null)
      : empty(c, c.t("previous.none"), c.t("previous.none_hint"), "check");
  });

const FACT_ICONS = { milestone: "flag", work: "chat", metric: "metric", outcome: "good", assessment: "lucky", alert: "alert", decision: "plan", action: "action", retrospective: "again", lesson: "lesson" };

const pinned = (c, fact, column) =>
  c.act({ move: "add_note", note: newKey(), column, text: (fact.pin ?? fact.text).slice(0, 2000), fact: { id: fact.id, kind: fact.kind, day: fact.day, title: fact.text.slice(0, 400) } });

const factRow = (c, fact) => {
  const taken = c.v.notes.filter((note) => note.fact?.id === fact.id);
  const open = c.v.you.writes && (c.v.isOpen("facts") || c.v.isOpen("write"));
  return h("li", { key: fact.id, class: `rb-fact tone-${fact.tone}`, "data-fact": fact.id, "data-kind": fact.kind },
    h("span", { class: "rb-fact-mark", "aria-hidden": "true" }, icon(FACT_ICONS[fact.kind] ?? "day")),
    h("div", { class: "rb-fact-body" },
      h("p", { class: "rb-muted" }, h("time", { datetime: fact.day }, fact.day_words ?? dayWords(c, fact.day)), h("span", null, fact.kind_words), fact.tone === "neutral" ? null : h("span", { class: "rb-sr" }, fact.tone_words)),
      h("h4", null, fact.text),
      taken.length ? h("p", { class: "rb-muted" }, icon("pin"), c.t("facts.pinned", { columns: [...new Set(taken.map((note) => c.lang(columnOf(c, note.column)?.title) || note.column))].join(c.t("comma")) })) : null),
    open ? menu({ class: "rb-pin", "data-menu": `pin-${fact.id}` }, h("summary", { class: "rb-button tiny", "data-action": "pin" }, icon("pin"), h("span", null, c.t("facts.pin"))),
      h("h3", null, c.t("facts.pin_to")),
      h("div", { class: "rb-stacked" }, c.v.board.format.columns.map((column) => h("button", { type: "button", class: `rb-button tiny tone-${toneOf(column)}`, "data-action": "pin-to", "data-column": column.key, onclick: () => { pinned(c, fact, column.key); c.shutMenus(); c.toast(c.t("facts.pinned_now"), { undo: true }); } }, icon(toneOf(column)), h("span", null, c.lang(column.title)))))) : null);
};

// What the tracker saw, week by week.
const weeks = (c, found) => {
  if (!found?.length) return null;
  const most = Math.max(1, ...found.map((week) => Math.max(week.opened, week.closed)));
  const wide = 10;
  const bar = (value) => (value / most) * 46;
  return h("figure", { class: "rb-card rb-weeks" }, h("figcaption", null, h("h3", null, c.t("facts.weeks")), h("p", { class: "rb-legend" }, h("span", { class: "opened" }, c.t("facts.opened")), h("span", { class: "closed" }, c.t("facts.closed")))),
    h("svg", { viewBox: `0 0 ${found.length * wide} 50`, preserveAspectRatio: "none", role: "img", "aria-label": found.map((week) => week.words).join("; ") },
      found.map((week, place) => h("g", { key: week.start }, h("title", null, week.words),
        h("rect", { class: "opened", x: place * wide + 1.4, y: 50 - bar(week.opened), width: 3.4, height: bar(week.opened), rx: 0.8 }), h("rect", { class: "closed", x: place * wide + 5.2, y: 50 - bar(week.closed), width: 3.4, height: bar(week.closed), rx: 0.8 })))));
};

const facts = (c) =>
  answered(c, c.line.lookUp("facts"), "facts", (value) => {
    const all = value?.facts ?? [];
    if (!all.length) return empty(c, c.t("facts.none"), value?.empty ?? c.t("facts.none_hint"), "day");
    const kinds = [...new Map(all.map((fact) => [fact.kind, fact.kind_words]))];
    const shown = kinds.some(([kind]) => kind === c.ui.factKind) ? all.filter((fact) => fact.kind === c.ui.factKind) : all;
    const months = new Map();
    for (const fact of shown) months.set(fact.day.slice(0, 7), [...(months.get(fact.day.slice(0, 7)) ?? []), fact]);
    const chip = (kind, words, count) => h("button", { type: "button", class: "rb-chip", "aria-pressed": (c.ui.factKind ?? null) === kind ? "true" : "false", "data-fact-kind": kind ?? "all", onclick: () => { c.ui.factKind = kind; c.redraw(); } }, words, h("span", { class: "rb-number" }, count));
    return h("div", { class: "rb-narrow" },
      weeks(c, value.weeks),
      kinds.length > 1 ? h("div", { class: "rb-chips", role: "group", "aria-label": c.t("facts.filter") }, chip(null, c.t("facts.all"), all.length), kinds.map(([kind, words]) => chip(kind, words, all.filter((fact) => fact.kind === kind).length))) : null,
      [...months].map(([month, found]) => h("section", { key: month, class: "rb-month" }, h("h3", { class: "rb-month-name" }, c.months.format(new Date(`${month}-15T12:00:00Z`))), h("ol", { class: "rb-facts" }, found.map((fact) => factRow(c, fact))))),
      Object.values(value.left_out ?? {}).length || value.missing?.length ? h("ul", { class: "rb-muted rb-plain" }, [...new Set([...Object.values(value.left_out ?? {}), ...(value.missing ?? [])])].map((words) => h("li", null, words))) : null);
  });

// A radar of levels from 1 to 5; the table beside it says the same in numbers.
const radar = (c, questions, now, before) => {
  const size = 150;
  const at = (place, level) => {
    const angle = (place / questions.length) * 2 * Math.PI - Math.PI / 2;
    const far = (level / 5) * 105;
    return [size + Math.cos(angle) * far, size + Math.sin(angle) * far];
  };
  const web = (levels) => questions.map((question, place) => at(place, levels(question)).map((x) => x.toFixed(1)).join(",")).join(" ");
  const complete = (levels) => questions.every((question) => levels(question.key) !== undefined);
  const words = c.t("health.radar", { levels: questions.filter((q) => now(q.key) !== undefined).map((q) => `${c.lang(q.title)}: ${figure(c, now(q.key))}`).join(c.t("comma")) });
  return h("svg", { class: "rb-radar", viewBox: "0 0 300 300", role: "img", "aria-label": words },
    LEVELS.map((level) => h("polygon", { class: "web", points: web(() => level) })),
    questions.map((question, place) => { const [x, y] = at(place, 5); return h("line", { class: "spoke", x1: size, y1: size, x2: x, y2: y }); }),
    before && complete(before) ? h("polygon", { class: "before", points: web((q) => before(q.key)) }) : null,
    complete(now) ? h("polygon", { class: "now", points: web((q) => now(q.key)) }) : null,
    questions.map((question, place) => {
      const level = now(question.key);
      if (level === undefined) return null;
      const [x, y] = at(place, level);
      return h("circle", { class: "point", cx: x, cy: y, r: 4.5 });
    }),
    questions.map((question, place) => { const [x, y] = at(place, 6.1); return h("text", { x, y, "text-anchor": "middle", "dominant-baseline": "middle" }, place + 1); }));
};

const health = (c) => {
  const set = c.v.board.questions;
  if (!set) return empty(c, c.t("health.none"), null, "metric");
  const open = c.v.isOpen("health") && c.v.you.writes;
  const figures = c.v.counts.answers?.health ?? {};
  const history = c.line.lookUp("health_history", { project: c.v.board.project, team: c.v.board.team, question_set: set.key });
  const rounds = history.value?.rounds ?? [];
  const last = [...rounds].reverse().find((round) => Object.keys(round.health ?? {}).length);
  const now = (key) => figures[key]?.mean;
  const before = last ? (key) => last.health[key]?.mean : null;
  const mine = c.v.answersOf("health");
  const done = set.questions.filter((question) => mine[question.key]).length;
  const shown = set.questions.some((question) => now(question.key) !== undefined);
  const answeredBy = Math.max(0, ...set.questions.map((question) => figures[question.key]?.count ?? 0));
  return h("div", { class: "rb-two" },
    h("section", { "aria-label": c.lang(set.name) },
      h("p", { class: "rb-muted rb-progress", role: "status" }, c.t("health.done", { count: done, of: set.questions.length })),
      h("ol", { class: "rb-list rb-questions" }, set.questions.map((question, place) => h("li", { key: question.key, class: "rb-card rb-question" },
        h("h3", null, h("span", { class: "rb-place" }, place + 1), c.lang(question.title)),
        h("div", { class: "rb-anchors" }, h("span", null, c.lang(question.low)), h("span", null, c.lang(question.high))),
        scale(c, { phase: "health", question: question.key, label: `${c.lang(question.title)}: 1 ${c.lang(question.low)} 5 ${c.lang(question.high)}`, disabled: !open }))))),
    h("aside", { class: "rb-card rb-stick", "aria-label": c.t("health.result") }, h("h3", null, c.t("health.result")),
      shown ? [radar(c, set.questions, now, before),
        last ? h("p", { class: "rb-legend" }, h("span", { class: "now" }, c.t("health.now")), h("span", { class: "before" }, c.t("health.before", { title: dayWords(c, last.day) || last.title }))) : null,
        h("table", { class: "rb-levels" }, h("thead", { class: "rb-sr" }, h("tr", null, h("th", { scope: "col" }, c.t("health.question")), h("th", { scope: "col" }, c.t("health.level")), h("th", { scope: "col" }, c.t("health.change")))),
          h("tbody", null, set.questions.map((question, place) => {
            const level = now(question.key);
            const change = level !== undefined && before?.(question.key) !== undefined ? level - before(question.key) : null;
            return h("tr", { key: question.key }, h("th", { scope: "row" }, h("span", { class: "rb-place" }, place + 1), c.lang(question.title)), h("td", null, level === undefined ? c.t("health.hidden") : figure(c, level)),
              h("td", { class: change === null ? "" : change > 0.04 ? "up" : change < -0.04 ? "down" : "" }, change === null ? "" : `${change > 0 ? "+" : change < 0 ? "−" : "±"}${figure(c, Math.abs(Math.round(change * 10) / 10))}`));
          })))]
        : h("p", { class: "rb-few" }, icon("hidden"), answeredBy ? c.t("answers.few", { count: answeredBy }) : c.t("answers.none")),
      rounds.length > 1 ? h("p", { class: "rb-muted" }, c.t("health.rounds", { count: rounds.length })) : null));
};
