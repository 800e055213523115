// The board as a widget: it listens, draws what it heard, and makes its visitor's moves.
const SCREENS = { check_in: checkIn, previous, facts, health, write: writeScreen, group: groupScreen, vote: voteScreen, discuss: discussScreen, actions: actionsScreen, close: closeScreen };
const TOAST_TIME = 7_000;

function speaker(words, language) {
  const plural = new Intl.PluralRules(language === "zh" ? "zh" : "en");
  const t = (key, values = {}) => {
    let text = words[key];
    if (text === undefined && "count" in values) text = words[`${key}.${plural.select(values.count) === "one" ? "one" : "other"}`] ?? words[`${key}.other`];
    if (text === undefined) return `[${key}]`;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  };
  return { t, has: (key) => key in words };
}

function render({ model, el }) {
  const language = model.get("language") === "zh" ? "zh" : "en";
  const { t, has } = speaker(model.get("words") ?? {}, language);
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const root = document.createElement("div");
  root.className = "rb-board";
  root.lang = locale;
  root.dataset.lmSuppressShortcuts = "true"; // in JupyterLab a key on a note is no command to the notebook
  root.dataset.board = model.get("retrospective");
  el.replaceChildren(root);
  const draw = stage(root);
  const ui = { toasts: [], look: null };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let waits = 0;
  let spoken = false;
  let phase = null;

  const redraw = () => {
    if (waits) return;
    const now = () => { waits = 0; paint(); };
    waits = document.hidden ? setTimeout(now, 30) : requestAnimationFrame(now);
  };

  const line = openLine(model, redraw, (what) => {
    if (what.type === "view") {
      edits.load(line.state.you.seat);
      const items = line.state.items;
      const lost = edits.follow((id) => !items.has(id), (text) => [...items.values()].find((item) => item.kind === "note" && item.mine && item.text === text));
      if (lost !== null) toast(t("note.lost", { text: lost }), { kind: "bad", stays: true });
    } else if (what.type === "refused" && what.message.error?.code !== "text_changed" && !what.entry?.quiet) {
      toast(what.message.words || what.message.error?.message || t("refused"), { kind: "bad" });
    }
  });
  const edits = openEdits(line, t, redraw);

  const toast = (text, { kind = "", undo = false, stays = false } = {}) => {
    const entry = { id: newKey(), text, kind, undo };
    ui.toasts = [...ui.toasts.slice(-2), entry];
    if (!stays) setTimeout(() => { ui.toasts = ui.toasts.filter((other) => other !== entry); redraw(); }, TOAST_TIME);
    redraw();
  };

  const c = {
    line, edits, ui, t, has, root, redraw, toast, still, language,
    base: model.get("base") || "/",
    lang: (words) => (words ? words[language] ?? words.en ?? "" : ""),
    dates: new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }),
    months: new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" }),
    numbers: new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }),
    act: (move) => line.play(move),
    async undo() {
      const result = await line.play({ move: "undo" });
      if (!result.refused && !result.lost) { toast(t("undone")); c.say(t("undone")); }
    },
    say: (words) => { ui.said = ui.said === words ? `${words}\u00a0` : words; redraw(); },
    phaseName: (step) => t(`phases.${step.kind}`),
    shutMenus: (but = null) => { for (const open of root.querySelectorAll("details.rb-menu[open]")) if (!but || !open.contains(but)) open.open = false; },
    tick() {
      const { timer } = c.v?.board ?? {};
      if (!timer?.ends_at || !ui.digits) return;
      const left = Math.max(0, Math.ceil((Date.parse(timer.ends_at) - line.now()) / 1000));
      ui.digits.textContent = left ? `${String(Math.floor(left / 60)).padStart(2, "0")}:${String(left % 60).padStart(2, "0")}` : t("timer.over");
      if (ui.digits.parentNode) ui.digits.parentNode.dataset.state = left === 0 ? "over" : left <= 30 ? "soon" : "running";
      if (ui.ring) ui.ring.style.strokeDasharray = `${timer.total ? (left / timer.total) * 100 : 0} 100`;
      if (left === 0 && ui.rung !== timer.ends_at) {
        if (ui.rung !== undefined || Date.parse(timer.ends_at) > line.now() - 5_000) c.say(t("timer.over_said"));
        ui.rung = timer.ends_at;
      }
    },
  };

  const placeholder = (title, hint, more = null, name = "wait") => h("div", { key: "placeholder", class: "rb-alone-card" }, h("div", { class: "rb-card" }, icon(name), h("h1", null, title), hint ? h("p", null, hint) : null, more));
  const shell = () => h("div", { key: "shell", class: "rb-shell", role: "status", "aria-label": t("opening") },
    h("p", null, t("opening")), h("div", { class: "rb-shell-head" }, h("i", null), h("i", null)), h("div", { class: "rb-shell-steps" }, h("i", null), h("i", null), h("i", null), h("i", null), h("i", null), h("i", null)),
    h("div", { class: "rb-shell-columns" }, h("i", null), h("i", null), h("i", null)));

  const overScreen = () => {
    const { over } = line.state;
    const id = over?.retrospective ?? model.get("retrospective");
    return placeholder(t("over.title"), over ? t("over.done", { actions: over.actions, lessons: over.lessons?.length ?? 0 }) : t("over.hint"), [
      over?.lessons?.length ? h("ul", { class: "rb-plain" }, over.lessons.map((lesson) => h("li", { key: lesson.id }, h("a", { href: `${c.base}lessons/${encodeURIComponent(lesson.id)}` }, lesson.title)))) : null,
      c.v?.you?.guest ? null : h("div", { class: "rb-inline centered" }, h("a", { class: "rb-button primary", href: `${c.base}retrospectives/${encodeURIComponent(id)}`, "data-action": "outcome" }, icon("out"), h("span", null, t("over.link"))))], "check");
  };

  const stageHead = () => {
    const { board } = c.v;
    const step = board.phases.find((one) => one.kind === c.shownKind);
    const open = board.phases.filter((one) => c.v.isOpen(one.kind));
    const away = !c.v.isOpen(c.shownKind);
    return h("div", { class: "rb-stage-head" },
      h("div", null, h("h2", { id: "rb-stage-title", tabindex: -1 }, c.phaseName(step)), h("p", null, step.prompt ? c.lang(step.prompt) : t(`hints.${step.kind}`))),
      h("div", { class: "rb-inline" },
        open.length > 1 && !away ? h("div", { class: "rb-tabs", role: "group", "aria-label": t("open_phases") }, open.map((one) => h("button", { key: one.kind, type: "button", class: "rb-chip", "aria-pressed": one.kind === c.shownKind ? "true" : "false", "data-look": one.kind, onclick: () => { ui.look = one.kind === c.v.here ? null : one.kind; redraw(); } }, c.phaseName(one)))) : null,
        c.leads && step !== board.phases[board.phase] ? button(t("move_here"), { "data-action": "move-here", onclick: () => goTo(c, board.phases.indexOf(step)) }, "right") : null,
        c.shownKind === "write" ? revealBox(c) : null),
      away ? h("p", { class: "rb-strip", role: "status" }, icon("eye"), h("span", null, t("looking", { phase: c.phaseName(step), here: t(`phases.${c.v.here}`) })), button(t("back_to_group"), { class: "tiny", "data-action": "back", onclick: () => { ui.look = null; redraw(); } })) : null);
  };

  const strips = () => {
    const { you } = c.v;
    return [
      line.state.asleep ? h("p", { key: "asleep", class: "rb-strip bad", role: "alert" }, icon("alert"), h("span", null, t("link.asleep")), button(t("link.reload"), { class: "tiny", onclick: () => { edits.keepNow(); location.reload(); } })) : null,
      you.role === "observer" ? h("p", { key: "observer", class: "rb-strip", "data-strip": "observer" }, icon("eye"), h("span", null, t("observer"))) : you.writes === false ? h("p", { key: "elsewhere", class: "rb-strip bad", "data-strip": "elsewhere" }, icon("mask"), h("span", null, t("elsewhere"))) : null,
    ];
  };

  const tree = () => {
    const { state } = line;
    if (state.link === "closed") return h("div", { "data-screen": "over" }, overScreen());
    if (state.refused || state.link === "refused") return h("div", { "data-screen": "refused" }, placeholder(t("refused_title"), state.refused?.words ?? t("not_let_in"), h("div", { class: "rb-inline centered" }, h("a", { class: "rb-button", href: `${c.base}retrospectives` }, t("to_list"))), "alert"));
    if (!state.you) return h("div", { "data-screen": "opening" }, shell());
    if (state.you.waiting) return h("div", { "data-screen": "waiting" }, placeholder(t("waiting.title", { title: c.v.board?.title ?? "" }), t("waiting.hint"), h("div", { class: "rb-waiting" }, h("i", null), h("i", null), h("i", null), h("p", null, t("waiting.name", { name: state.you.name })))));
    const Screen = SCREENS[c.shownKind];
    return h("div", { "data-screen": "board", "data-phase": c.shownKind, "data-here": c.v.here, "data-link": state.link },
      h("div", { key: "sr", class: "rb-sr", "aria-live": "assertive", "data-announce": true }, ui.said ?? ""),
      bar(c), strips(), waitingGuests(c),
      h("section", { key: "stage", class: "rb-stage", "aria-labelledby": "rb-stage-title" }, stageHead(), h("div", { key: c.shownKind, class: `rb-screen rb-screen-${c.shownKind}` }, Screen(c))),
      confirmBox(c), planBox(c),
      h("div", { key: "toasts", class: "rb-toasts", role: "status", "aria-live": "polite" }, ui.toasts.map((one) => h("div", { key: one.id, class: `rb-toast ${one.kind}`, "data-toast": one.kind || "plain" }, one.kind === "bad" ? icon("alert") : icon("check"), h("p", null, one.text),
        one.undo ? button(t("undo"), { class: "tiny", onclick: () => { ui.toasts = ui.toasts.filter((other) => other !== one); c.undo(); } }) : null,
        iconButton(t("shut"), "close", { onclick: () => { ui.toasts = ui.toasts.filter((other) => other !== one); redraw(); } })))));
  };

  const paint = () => {
    const begun = performance.now();
    c.v = read(line.state);
    c.leads = Boolean(c.v.you?.facilitator);
    const here = c.v.here;
    if (here !== phase) {
      const moved = phase !== null && here !== null;
      phase = here;
      Object.assign(ui, { look: null, editing: null, carry: null, target: null, form: null, topic: null, suggested: null });
      for (const key of [...line.state.asks.keys()]) if (["previous", "facts", "health_history"].includes(key) || key.startsWith("similar-")) line.forget(key);
      if (moved) { c.say(t("phase_moved", { phase: t(`phases.${here}`) })); scrollTo({ top: 0, behavior: still ? "auto" : "smooth" }); }
    }
    c.shownKind = ui.look ?? here;
    if (!spoken && line.state.you) { spoken = true; root.dataset.ready = "true"; document.querySelectorAll("[data-board-shell]").forEach((shape) => shape.remove()); }
    draw(tree());
    root.dataset.drawn = (performance.now() - begun).toFixed(1);
  };

  const leaving = new AbortController();
  const on = (target, kind, listener) => target.addEventListener(kind, listener, { signal: leaving.signal });
  on(document, "pointerdown", (event) => c.shutMenus(event.target));
  on(document, "keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z" && !event.target.closest?.("input, textarea, select, [contenteditable]") && (root.contains(event.target) || event.target === document.body) && c.v?.you?.writes) { event.preventDefault(); c.undo(); }
  });
  on(window, "pagehide", () => edits.keepNow());
  const unwatch = watchDrags(root, { may: () => c.v?.isOpen("group") && c.v.you.writes, drop: (key, target) => dropNote(c, key, target) });
  const clock = setInterval(() => { c.tick(); if (line.state.outbox.length) redraw(); }, 500);
  paint();
  return () => {
    leaving.abort();
    unwatch();
    clearInterval(clock);
    edits.keepNow();
    line.shut();
  };
}

export default { render };
