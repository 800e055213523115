// Takes over the panel that the page already shows, or draws one where there is none.
// The kernel renders the panel with the page's own templates, so both look the same.
const PAUSE = 220;
const DATE_PAUSE = 900; // a date is valid many times before it is typed to its end

function render({ model, el }) {
  const leaving = new AbortController();
  const on = (target, kind, listener) => target.addEventListener(kind, listener, { signal: leaving.signal });
  let panel = document.querySelector("main [data-search-panel]");
  const alone = !panel;
  let number = 0;
  let waiting = 0;
  let after = null;
  let acting = false;

  const address = (query, push) => {
    if (!alone) history[push ? "pushState" : "replaceState"](null, "", panel.dataset.action + query);
  };

  const ask = (query, { push = false, then = null, deed = null } = {}) => {
    clearTimeout(waiting);
    number += 1;
    after = then;
    acting = deed !== null;
    panel?.classList.add("rb-busy");
    panel?.setAttribute("aria-busy", "true");
    if (!deed) address(query, push);
    model.set("asked", deed ? { number, query, deed } : { number, query });
    model.save_changes();
  };

  const markLive = () => {
    const sign = panel?.querySelector("[data-live]");
    if (!sign) return;
    sign.hidden = false;
    sign.dataset.state = "live";
    sign.textContent = sign.dataset.wordsLive;
  };

  const fieldOf = () => panel.querySelector("[data-search-main]");
  const asked = () => new URLSearchParams(panel.dataset.query.replace(/^\?/, ""));

  // The address of what the fields say now: always a search, from its first page.
  const typed = () => {
    const query = asked();
    const fields = new Map([["q", fieldOf().value.trim()]]);
    panel.querySelectorAll("[data-control]").forEach((control) => fields.set(control.dataset.control, control.value.trim()));
    const rest = [...query].filter(([name]) => !fields.has(name) && !["page", "like", "around", "via"].includes(name));
    return "?" + new URLSearchParams([...[...fields].filter(([, value]) => value), ...rest]);
  };
  const changed = () => {
    const plain = (text) => [...new URLSearchParams(text)].map(String).filter((pair) => !/^(page|like|around|via),/.test(pair));
    return plain(typed()).sort().join("\n") !== plain(panel.dataset.query).sort().join("\n");
  };

  const later = (pause) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { if (changed()) ask(typed()); }, pause);
  };

  const focusAgain = (id) => () => document.getElementById(id)?.focus({ preventScroll: true });

  const follow = (link) => {
    const { key, query } = link.dataset;
    const turnsPage = link.matches("[rel]");
    const opensList = link.matches("[data-similar], [data-back]");
    const walks = link.closest("[data-walk]") || link.matches("[data-around]");
    ask(query, {
      push: true,
      then: () => {
        const again = key && [...panel.querySelectorAll("[data-key]")].find((other) => other.dataset.key === key);
        fieldOf().value = asked().get("q") ?? "";
        if (again) again.focus({ preventScroll: true });
        else if (turnsPage || opensList) panel.querySelector("[data-hit-link]")?.focus({ preventScroll: opensList });
        else if (walks && asked().has("around")) panel.querySelector("[data-center]")?.focus({ preventScroll: true });
        else fieldOf().focus({ preventScroll: true });
        if (turnsPage || opensList || walks) panel.scrollIntoView({ block: "start" });
      },
    });
  };

  const take = () => {
    on(panel, "submit", (event) => {
      if (event.target.matches("[data-search-form]")) {
        event.preventDefault();
        ask(typed(), { push: true });
      } else if (event.target.matches("[data-deed]")) {
        event.preventDefault();
        const deed = Object.fromEntries(new FormData(event.target));
        delete deed._xsrf;
        delete deed.next;
        const key = event.target.querySelector("[data-key]")?.dataset.key;
        const hit = event.target.closest("[data-hit]")?.dataset.hit;
        const inHit = (what) => [...panel.querySelectorAll("[data-hit]")].find((other) => other.dataset.hit === hit)?.querySelector(what);
        const onLink = document.activeElement?.matches("[data-hit-link]");
        ask(panel.dataset.query, {
          deed,
          then: () => {
            const again = key && [...panel.querySelectorAll("[data-key]")].find((other) => other.dataset.key === key);
            const target = onLink ? inHit("[data-hit-link]") : again;
            (target ?? panel.querySelector('[data-fold="saved"] summary'))?.focus({ preventScroll: true });
          },
        });
      }
    });
    on(panel, "input", (event) => {
      if (event.target.matches("[data-search-main]") && !event.isComposing) later(PAUSE);
    });
    on(panel, "compositionend", (event) => {
      if (event.target.matches("[data-search-main]")) later(PAUSE);
    });
    on(panel, "change", (event) => {
      const control = event.target.closest("[data-control]");
      if (!control) return;
      clearTimeout(waiting);
      const { id } = control;
      const go = () => { if (changed()) ask(typed(), { push: true, then: focusAgain(id) }); };
      if (control.type === "date") waiting = setTimeout(go, DATE_PAUSE);
      else go();
    });
    on(panel, "click", (event) => {
      if (event.target.closest("[data-choose-project]")) {
        event.preventDefault();
        const tool = panel.querySelector("#my-project");
        tool.open = true;
        tool.querySelector("input").focus();
        return;
      }
      const link = event.target.closest("a[data-query]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      follow(link);
    });
  };

  const folds = () => new Map([...panel.querySelectorAll("[data-fold], [data-facet-box]")].map((box) => [box.dataset.fold ?? "facets", box.open]));
  const unfold = (before, keepTools) => {
    panel.querySelectorAll("[data-fold], [data-facet-box]").forEach((box) => {
      const was = before.get(box.dataset.fold ?? "facets");
      if (was && (keepTools || !box.matches("[data-menu]"))) box.open = true;
    });
  };

  const show = () => {
    const { number: answered, html } = model.get("shown");
    if (answered !== number || !html) return;
    const made = document.createRange().createContextualFragment(html).firstElementChild;
    if (!panel) {
      el.classList.add("rb-alone");
      el.replaceChildren(made);
      panel = made;
      take();
    } else {
      const before = folds();
      panel.querySelector("[data-search-body]").replaceWith(made.querySelector("[data-search-body]"));
      unfold(before, acting);
      panel.dataset.state = made.dataset.state;
      panel.dataset.query = made.dataset.query;
      panel.classList.remove("rb-busy");
      panel.removeAttribute("aria-busy");
      address(made.dataset.query, false);
    }
    mountWalks(panel);
    panel.querySelector("[data-announce]").textContent = panel.querySelector("[data-search-status], [data-center] h3")?.textContent.trim() ?? "";
    markLive();
    after?.();
    after = null;
  };

  model.on("change:shown", show);
  if (alone) {
    ask(model.get("first"));
  } else {
    take();
    markLive();
    panel.dataset.live = "true";
    on(window, "popstate", () => {
      fieldOf().value = new URLSearchParams(location.search).get("q") ?? "";
      ask(location.search || "?");
    });
    if (changed()) ask(typed()); // what was typed while the kernel started is not lost
  }
  return () => {
    leaving.abort();
    clearTimeout(waiting);
    model.off("change:shown", show);
  };
}

export default { render };
