// Words in the making. What somebody types is theirs until it is kept: changes of others are joined with it
// where they do not touch, kept beside it where they do, and a reload brings back what was not sent.
const KEEP_AFTER = 250;

function openEdits(line, t, changed) {
  let sessions = new Map(); // shared words and forms, by key
  let drafts = new Map(); // words that belong to nothing yet
  let timer = 0;
  let seat = null;

  const keepSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(keepNow, KEEP_AFTER);
  };
  const keepNow = () => {
    if (!seat) return;
    const held = [...sessions].map(([key, { base, from, value, values }]) => [key, { base, from, value, values }]);
    const said = [...drafts].filter(([, text]) => text !== "");
    line.kept.set(`drafts-${seat}`, held.length || said.length ? { held, said } : null);
  };
  const load = (whose) => {
    if (seat === whose) return;
    seat = whose;
    const stored = line.kept.get(`drafts-${whose}`);
    if (!stored) return;
    sessions = new Map([...(stored.held ?? []).map(([key, session]) => [key, { ...session }]), ...sessions]);
    drafts = new Map([...(stored.said ?? []), ...drafts]);
  };

  const draft = (key) => drafts.get(key) ?? "";
  const setDraft = (key, text) => {
    if (text) drafts.set(key, text);
    else drafts.delete(key);
    keepSoon();
  };
  const drop = (key) => {
    clearTimeout(sessions.get(key)?.later);
    sessions.delete(key);
    keepNow();
  };

  const setValue = (el, text) => {
    if (el.value === text) return;
    const at = el.selectionStart;
    const before = el.value;
    const held = document.activeElement === el;
    el.value = text;
    if (!held || at === null) return;
    let same = 0; // the caret stays behind the words that it stood behind
    while (same < at && same < text.length && before[same] === text[same]) same += 1;
    const place = same === at ? at : Math.max(0, text.length - (before.length - at));
    el.setSelectionRange(place, place);
  };

  const rebase = (session, from, now) => {
    const joined = mergeWords(from, session.value, now.text);
    if (joined === null) return false;
    session.from = now.text;
    session.base = now.rev;
    session.value = joined;
    return true;
  };

  const commit = async (key, spec) => {
    const session = sessions.get(key);
    if (!session || session.sending || session.clash || session.composing) return;
    clearTimeout(session.later);
    if (spec.current()?.unsent) { // nobody has it yet: an edit of it has nothing to start from
      session.later = setTimeout(() => commit(key, spec), 150);
      return;
    }
    const said = session.value.trim();
    if (said === session.from.trim() || (!said && spec.required)) {
      if (said === session.from.trim() || !spec.held?.()) drop(key);
      changed();
      return;
    }
    session.sending = true;
    const result = await spec.save(said, session.base);
    session.sending = false;
    if (sessions.get(key) !== session) return;
    if (result.refused?.code === "text_changed") {
      const { theirs, rev } = result.refused.fields ?? {};
      session.clash = { theirs: typeof theirs === "string" ? theirs : spec.current()?.text ?? "", rev };
    } else if (!result.refused && !result.lost) {
      const now = spec.current();
      if (!now) drop(key);
      else {
        if (!rebase(session, said, now)) session.clash = { theirs: now.text, rev: now.rev };
        if (session.value.trim() === now.text && !session.clash && !(spec.auto && document.activeElement === session.el)) drop(key);
      }
    }
    keepSoon();
    changed();
  };

  // A text field for words that others may change, too.
  const field = (spec) => {
    const { key, tag = "textarea", auto = null, props = {} } = spec;
    const grow = (el) => {
      if (tag !== "textarea" || spec.fixed) return;
      const width = el.clientWidth;
      if (el.grown === el.value && el.grownAt === width) return;
      el.grown = el.value;
      el.grownAt = width;
      el.style.height = "auto";
      el.style.height = `${el.scrollHeight + 2}px`;
    };
    const sync = (el) => {
      const now = spec.current();
      const session = sessions.get(key);
      if (!session) {
        if (now && el.value !== now.text && !el.composing) setValue(el, now.text);
      } else {
        session.el = el;
        if (now && !session.sending && !session.composing && !session.clash && now.rev !== session.base) rebase(session, session.from, now);
        if (!session.composing) setValue(el, session.value);
      }
      requestAnimationFrame(() => grow(el));
    };
    const typed = (event) => {
      const el = event.target;
      let session = sessions.get(key);
      if (!session) {
        const now = spec.current() ?? { text: "", rev: 0 };
        session = { base: now.rev, from: now.text };
        sessions.set(key, session);
      }
      session.el = el;
      session.value = el.value;
      session.composing = event.isComposing;
      keepSoon();
      grow(el);
      clearTimeout(session.later);
      if (auto && !event.isComposing) session.later = setTimeout(() => commit(key, spec), auto);
      spec.typed?.();
    };
    return h(tag, {
      ...props,
      oninput: typed,
      oncompositionend: (event) => { const session = sessions.get(key); if (session) session.composing = false; typed(event); },
      onblur: (event) => { props.onblur?.(event); if (sessions.has(key) && !spec.byHand) commit(key, spec); },
      onkeydown: (event) => {
        if (event.isComposing) return;
        if (event.key === "Escape") { event.stopPropagation(); if (spec.byHand || spec.escape) { drop(key); spec.left?.(); changed(); } else event.target.blur(); }
        else if (event.key === "Enter" && (tag === "input" || event.ctrlKey || event.metaKey || (spec.enters && !event.shiftKey))) {
          event.preventDefault();
          if (spec.byHand) spec.enter?.();
          else { commit(key, spec); spec.left?.(); }
        }
      },
      sync,
    });
  };

  // Both versions, where they cannot be joined: the person chooses.
  const clash = (spec) => {
    const session = sessions.get(spec.key);
    if (!session?.clash) return null;
    const { theirs, rev } = session.clash;
    const settle = (value) => {
      session.clash = null;
      if (value === null) drop(spec.key);
      else { Object.assign(session, { value, base: rev, from: theirs }); commit(spec.key, spec); }
      changed();
    };
    return h("div", { class: "rb-clash", role: "alert", "data-clash": spec.key },
      h("strong", null, t("clash.title")), h("p", null, t("clash.hint")),
      h("div", { class: "rb-clash-two" },
        h("div", null, h("h4", null, t("clash.mine")), h("p", { class: "rb-words" }, session.value), h("button", { class: "rb-button tiny", type: "button", "data-action": "keep-mine", onclick: () => settle(session.value) }, t("clash.keep_mine"))),
        h("div", null, h("h4", null, t("clash.theirs")), h("p", { class: "rb-words" }, theirs || t("clash.nothing")), h("button", { class: "rb-button tiny", type: "button", "data-action": "keep-theirs", onclick: () => settle(null) }, t("clash.keep_theirs")))),
      h("button", { class: "rb-button tiny quiet", type: "button", "data-action": "keep-both", onclick: () => settle(`${theirs}\n${session.value}`.trim()) }, t("clash.keep_both")));
  };

  // A form of several fields: its values, kept until they are saved.
  const form = (key, start, base) => {
    const session = sessions.get(key);
    return session?.values ? session : { values: start, base };
  };
  const fill = (key, start, base, name, value) => {
    let session = sessions.get(key);
    if (!session?.values) {
      session = { base, values: { ...start } };
      sessions.set(key, session);
    }
    session.values[name] = value;
    keepSoon();
  };

  // Notes that were hidden get new keys when an anonymous board reveals them: what is being typed follows.
  const follow = (gone, find) => {
    for (const [key, session] of [...sessions]) {
      if (!key.startsWith("note-") || !gone(key.slice(5)) || session.values) continue;
      const item = find(session.from);
      sessions.delete(key);
      if (item) { session.base = item.rev; sessions.set(`note-${item.id}`, session); }
      else if (session.value.trim()) return session.value;
    }
    return null;
  };

  return {
    draft, setDraft, field, clash, form, fill, drop, commit, load, keepNow, follow,
    has: (key) => sessions.has(key), sessionOf: (key) => sessions.get(key),
    unsaved: () => [...sessions.values()].some((session) => session.value !== undefined && session.value.trim() !== session.from.trim()),
  };
}
