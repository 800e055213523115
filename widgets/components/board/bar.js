// The top of the board: what it is, where it stands, who is there, and how the line is.
const PRESETS = [1, 3, 5, 10, 15];

const linkSign = (c) => {
  const { link, outbox, asleep } = c.line.state;
  const unsent = outbox.length;
  const kind = asleep || link === "gone" ? "gone" : link === "open" ? (unsent && outbox.some((entry) => Date.now() - (entry.sent ?? 0) > 1500) ? "sending" : "open") : link;
  const words = kind === "open" ? c.t("link.open") : kind === "sending" ? c.t("link.sending") : unsent ? c.t("link.kept", { count: unsent }) : c.t(kind === "gone" ? "link.gone" : "link.lost");
  return h("p", { class: `rb-link ${kind}`, role: "status", "data-link": kind, title: c.t(`link.${kind}_hint`) }, h("i", { "aria-hidden": "true" }), h("span", null, words));
};

const timer = (c) => {
  const running = c.v.board.timer;
  const set = (seconds) => () => { c.act({ move: "set_timer", seconds }); c.shutMenus(); };
  const left = () => (running?.ends_at ? Math.ceil((Date.parse(running.ends_at) - c.line.now()) / 1000) : 0);
  const shown = running ? h("span", { class: "rb-timer-face", role: "timer", "aria-label": c.t("timer.label"), "data-timer": running.ends_at },
    h("svg", { class: "rb-ring", viewBox: "0 0 24 24", "aria-hidden": "true" }, h("circle", { cx: 12, cy: 12, r: 9.5 }), h("circle", { class: "left", cx: 12, cy: 12, r: 9.5, pathLength: 100, "data-ring": running.total, sync: (el) => { c.ui.ring = el; } })),
    h("span", { class: "rb-digits", sync: (el) => { c.ui.digits = el; c.tick(); } })) : null;
  if (!c.leads) return running ? h("div", { class: "rb-timer" }, shown) : null;
  return menu({ class: "rb-timer", "data-menu": "timer" },
    h("summary", { class: "rb-button quiet", "data-action": "timer" }, shown ?? [icon("clock"), h("span", null, c.t("timer.set"))]),
    h("h3", null, c.t("timer.title")),
    h("div", { class: "rb-inline folds" }, PRESETS.map((minutes) => h("button", { type: "button", class: "rb-button tiny", "data-action": "set-timer", "data-seconds": minutes * 60, onclick: set(minutes * 60) }, c.t("minutes", { count: minutes })))),
    running ? h("div", { class: "rb-inline" },
      button(c.t("timer.more"), { class: "tiny", "data-action": "timer-more", onclick: () => set(Math.max(left(), 0) + 60)() }, "add"),
      button(c.t("timer.stop"), { class: "tiny", "data-action": "timer-stop", onclick: set(0) }, "close")) : null);
};

const rolesOf = (seat) => (seat.guest ? ["participant", "observer"] : ["facilitator", "participant", "observer"]);

const person = (c, seat) =>
  h("li", { key: seat.id, "data-seat": seat.id, "data-ready": seat.ready ? "true" : null, "data-online": c.line.state.online.has(seat.id) ? "true" : null },
    avatar(c, seat),
    h("span", { class: "rb-person" },
      h("span", { class: "rb-name" }, seat.name, seat.id === c.v.you.seat ? h("em", null, c.t("people.you")) : null),
      h("span", { class: "rb-muted" }, [seat.role !== "participant" ? c.t(`roles.${seat.role}`) : null, seat.guest ? c.t("people.guest") : null, c.line.state.online.has(seat.id) ? null : c.t("people.away"), seat.ready ? c.t("people.ready") : null].filter(Boolean).join(" · "))),
    c.leads ? h("label", { class: "rb-role" }, h("span", { class: "rb-sr" }, c.t("people.role_of", { name: seat.name })),
      h("select", { class: "rb-select tiny", value: seat.role, "data-action": "set-role", onchange: (event) => c.act({ move: "set_role", seat: seat.id, role: event.target.value }) },
        rolesOf(seat).map((role) => h("option", { value: role }, c.t(`roles.${role}`))))) : null);

const people = (c) => {
  const there = c.v.seats.filter((seat) => !seat.waiting);
  const online = there.filter((seat) => c.line.state.online.has(seat.id));
  const sorted = [...online, ...there.filter((seat) => !c.line.state.online.has(seat.id))];
  const faces = sorted.slice(0, 5);
  const ready = there.filter((seat) => seat.ready && seat.role !== "observer").length;
  return menu({ class: "rb-people", "data-menu": "people" },
    h("summary", { class: "rb-button quiet", "data-action": "people", "aria-label": c.t("people.summary", { count: there.length, online: online.length, ready }) },
      h("span", { class: "rb-stack" }, faces.map((seat) => h("span", { key: seat.id, title: seat.name }, avatar(c, seat))), sorted.length > faces.length ? h("span", { class: "rb-avatar more" }, `+${sorted.length - faces.length}`) : null),
      h("span", { class: "rb-number" }, icon("people"), `${online.length}/${there.length}`)),
    h("h3", null, c.t("people.title", { count: there.length })), h("p", { class: "rb-muted" }, c.t("people.ready_count", { count: ready, of: c.v.counts.voters ?? there.length })),
    h("ul", { class: "rb-people-list" }, sorted.map((seat) => person(c, seat))));
};

const waitingGuests = (c) => {
  if (!c.leads) return null;
  const guests = c.v.seats.filter((seat) => seat.waiting);
  const before = c.v.seats.filter((seat) => seat.guest && !seat.waiting && !c.line.state.online.has(seat.id));
  return guests.length ? h("section", { class: "rb-guests", "aria-label": c.t("guests.title"), "data-guests": guests.length },
    guests.map((seat) => h("div", { key: seat.id, class: "rb-guest", "data-waiting": seat.id },
      icon("wait"), h("p", null, c.t("guests.wants", { name: seat.name })),
      button(c.t("guests.admit"), { class: "tiny primary", "data-action": "admit", onclick: () => c.act({ move: "admit", seat: seat.id, admitted: true }) }, "check"),
      button(c.t("guests.refuse"), { class: "tiny", "data-action": "refuse", onclick: () => c.act({ move: "admit", seat: seat.id, admitted: false }) }),
      before.length ? h("select", { class: "rb-select tiny", "aria-label": c.t("guests.same_label", { name: seat.name }), "data-action": "same-as", value: "", onchange: (event) => { if (event.target.value) c.act({ move: "admit", seat: seat.id, admitted: true, same_as: event.target.value }); } },
        h("option", { value: "" }, c.t("guests.same")), before.map((other) => h("option", { value: other.id }, c.t("guests.same_as", { name: other.name })))) : null))) : null;
};

const joinAddress = (c) => (c.v.board.join_code ? new URL(`${c.base}join/${c.v.board.join_code}`, location.href).href : null);

const share = (c) => {
  const address = joinAddress(c);
  if (!address) return null;
  const copy = async (event) => {
    const field = event.currentTarget.closest(".rb-drawer").querySelector("input");
    try { await navigator.clipboard.writeText(address); } catch { field.select(); document.execCommand("copy"); }
    c.toast(c.t("share.copied"));
  };
  return menu({ class: "rb-share", "data-menu": "share" },
    h("summary", { class: "rb-button", "data-action": "share", "aria-label": c.t("share.button") }, icon("link"), h("span", { class: "rb-wide" }, c.t("share.button"))),
    h("h3", null, c.t("share.title")), h("p", { class: "rb-muted" }, c.t(c.v.board.guests ? "share.hint" : "share.hint_no_guests")),
    h("div", { class: "rb-inline" }, h("input", { class: "rb-input", readonly: true, value: address, "aria-label": c.t("share.address"), "data-join-link": true, onfocus: (event) => event.target.select() }),
      button(c.t("share.copy"), { class: "primary", "data-action": "copy-link", onclick: copy })));
};

const anonymity = (c) => {
  const { anonymous } = c.v.board;
  return menu({ class: "rb-anonymous", "data-menu": "anonymous" },
    h("summary", { class: `rb-badge ${anonymous ? "accent" : ""}`, "data-anonymous": anonymous ? "true" : "false" }, icon(anonymous ? "mask" : "people"), c.t(anonymous ? "anonymous.yes" : "anonymous.no")),
    h("h3", null, c.t(anonymous ? "anonymous.yes_title" : "anonymous.no_title")),
    (anonymous ? ["anonymous.yes_1", "anonymous.yes_2", "anonymous.yes_3"] : ["anonymous.no_1", "anonymous.no_2"]).map((key) => h("p", null, c.t(key))));
};

// Facilitators move everyone; others look at a phase by themselves.
const goTo = (c, place) => {
  const { board } = c.v;
  if (place === board.phase) { c.ui.look = null; c.redraw(); return; }
  const there = board.phases[place];
  const hidden = Object.values(c.v.counts.hidden ?? {}).reduce((sum, count) => sum + count, 0);
  const write = board.phases.findIndex((phase) => phase.kind === "write");
  const reveals = place > write && !["facts", "health", "previous"].includes(there.kind) && hidden > 0;
  const go = () => { c.ui.look = null; c.act({ move: "go_to_phase", phase: place, seen: board.phase }); };
  if (!reveals) go();
  else {
    c.ui.confirm = { name: "reveal", title: c.t("reveal.move_title", { phase: c.phaseName(there) }), text: c.t("reveal.text", { count: hidden }), yes: c.t("reveal.move"), then: go };
    c.redraw();
  }
};

const nextPlace = (board, step = 1) => {
  let place = board.phase + step;
  while (board.phases[place]?.skipped) place += step;
  return board.phases[place] ? place : null;
};

const stepper = (c) => {
  const { board } = c.v;
  return h("nav", { class: "rb-steps", "aria-label": c.t("phases_label") },
    h("ol", { sync: (el) => {
      if (el.at === board.phase) return;
      el.at = board.phase;
      requestAnimationFrame(() => { const here = el.querySelector("[aria-current]"); if (here) el.scrollTo({ left: here.parentNode.offsetLeft - el.clientWidth / 2 + here.clientWidth / 2, behavior: c.still ? "auto" : "smooth" }); });
    } }, board.phases.map((phase, place) => {
      const here = place === board.phase;
      const looked = c.shownKind === phase.kind && !here;
      const open = c.v.isOpen(phase.kind);
      const name = c.phaseName(phase);
      const notes = [phase.skipped ? c.t("step.skipped") : null, phase.asynchronous ? c.t("step.own_time") : null, here ? c.t("step.here") : place < board.phase ? c.t("step.past") : null].filter(Boolean).join(c.t("comma"));
      return h("li", { key: phase.kind, class: `${here ? "here" : place < board.phase ? "past" : "ahead"}${phase.skipped ? " skipped" : ""}${looked ? " looked" : ""}${open && !here ? " open" : ""}` },
        h("button", {
          type: "button", "aria-current": here ? "step" : null, "data-step": phase.kind, "data-state": here ? "here" : place < board.phase ? "past" : "ahead", "data-action": c.leads ? "go" : "look",
          disabled: phase.skipped && !c.leads, title: c.leads && !here ? c.t("step.go", { phase: name }) : [name, notes].filter(Boolean).join(": "),
          onclick: () => { if (c.leads && !(open && !here && phase.asynchronous)) goTo(c, place); else { c.ui.look = here ? null : phase.kind; c.redraw(); } },
        }, h("span", { class: "rb-step-mark", "aria-hidden": "true" }, place < board.phase && !phase.skipped ? icon("check") : phase.asynchronous ? icon("wait") : place + 1),
          h("span", null, name), notes ? h("span", { class: "rb-sr" }, notes) : null));
    })));
};

const readiness = (c) => {
  const seat = c.v.items.get(c.v.you.seat);
  if (!seat || seat.role === "observer") return null;
  const others = c.v.counts.ready ?? 0;
  return h("button", { type: "button", class: `rb-button rb-ready${seat.ready ? " on" : ""}`, "aria-pressed": seat.ready ? "true" : "false", "data-action": "ready", onclick: () => c.act({ move: "set_ready", ready: !seat.ready }) },
    icon("check"), h("span", null, c.t(seat.ready ? "ready.yes" : "ready.no")), h("span", { class: "rb-number" }, `${others}/${c.v.counts.voters ?? 0}`));
};

const forward = (c) => {
  const { board } = c.v;
  if (!c.leads) return null;
  const next = nextPlace(board);
  return next === null ? null : button(c.t("next", { phase: c.phaseName(board.phases[next]) }), { class: "primary rb-next", "data-action": "next", onclick: () => goTo(c, next) }, "right");
};

const bar = (c) => {
  const { board } = c.v;
  return h("header", { class: "rb-head" },
    h("div", { class: "rb-head-row" },
      h("div", { class: "rb-title" }, h("h1", null, board.title),
        h("div", { class: "rb-sub" }, h("span", null, c.lang(board.format.name)), board.team ? h("span", null, board.team) : null, anonymity(c), linkSign(c))),
      h("div", { class: "rb-tool-row" },
        timer(c), people(c), share(c),
        c.leads ? iconButton(c.t("plan.button"), "plan", { "data-action": "plan", onclick: () => { c.ui.plan = board.phases.map((phase) => ({ ...phase })); c.redraw(); } }) : null,
        c.v.you.writes ? iconButton(c.t("undo"), "undo", { "data-action": "undo", onclick: () => c.undo() }) : null)),
    h("div", { class: "rb-head-row steps" }, stepper(c), h("div", { class: "rb-go" }, readiness(c), forward(c))));
};

// The phases of this board: their order, which are skipped, how long, in whose time.
const planBox = (c) => {
  const { plan } = c.ui;
  if (!plan) return null;
  const leave = () => { c.ui.plan = null; c.redraw(); };
  const swap = (place, step) => () => { [plan[place], plan[place + step]] = [plan[place + step], plan[place]]; c.redraw(); };
  const alone = new Set(["check_in", "previous", "facts", "health", "write", "vote"]);
  return h("dialog", { key: "plan", class: "rb-dialog wide", "aria-labelledby": "rb-plan-title", "data-plan": true, ref: (el) => requestAnimationFrame(() => { if (el.isConnected && !el.open) el.showModal(); }), oncancel: leave },
    h("h2", { id: "rb-plan-title" }, c.t("plan.title")), h("p", { class: "rb-muted" }, c.t("plan.hint")),
    h("ol", { class: "rb-agenda" }, plan.map((phase, place) => {
      const name = c.phaseName(phase);
      const here = phase.kind === c.v.here;
      return h("li", { key: phase.kind, class: phase.skipped ? "skipped" : "", "data-plan-phase": phase.kind },
        h("span", { class: "rb-plan-moves" },
          iconButton(c.t("plan.up", { phase: name }), "up", { disabled: place === 0, onclick: swap(place, -1) }),
          iconButton(c.t("plan.down", { phase: name }), "below", { disabled: place === plan.length - 1, onclick: swap(place, 1) })),
        h("strong", null, name, here ? badge(c.t("step.here"), "accent") : null),
        h("label", { class: "rb-check" }, h("input", { type: "checkbox", checked: !phase.skipped, disabled: here, onchange: (event) => { phase.skipped = !event.target.checked; c.redraw(); } }), c.t("plan.held")),
        h("label", { class: "rb-check" }, h("input", { type: "checkbox", checked: phase.asynchronous, disabled: !alone.has(phase.kind), onchange: (event) => { phase.asynchronous = event.target.checked; c.redraw(); } }), c.t("plan.own_time")),
        h("label", { class: "rb-minutes" }, h("input", { class: "rb-input", type: "number", min: 1, max: 480, initial: phase.minutes ?? "", "aria-label": c.t("plan.minutes_of", { phase: name }), onchange: (event) => { phase.minutes = Number(event.target.value) || null; } }), c.t("plan.minutes")));
    })),
    h("div", { class: "rb-inline end" }, button(c.t("cancel"), { class: "quiet", "data-action": "cancel", onclick: leave }),
      button(c.t("plan.save"), { class: "primary", "data-action": "save-plan", onclick: () => { c.act({ move: "plan_phases", phases: plan }); leave(); } })));
};
