// Takes over the panel that the page already shows, or draws one where there is none.
// The kernel renders the panel with the page's own templates, so both look the same.
const PAUSE = 220;

function render({ model, el }) {
  const leaving = new AbortController();
  const on = (target, kind, listener) => target.addEventListener(kind, listener, { signal: leaving.signal });
  let panel = document.querySelector("main [data-search-panel]");
  const alone = !panel;
  let number = 0;
  let waiting = 0;
  let after = null;

  const ask = (query, { push = false, then = null } = {}) => {
    number += 1;
    after = then;
    panel?.classList.add("rb-busy");
    panel?.setAttribute("aria-busy", "true");
    if (!alone) history[push ? "pushState" : "replaceState"](null, "", panel.dataset.action + query);
    model.set("asked", { number, query });
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

  const typed = () => {
    const query = new URLSearchParams(panel.dataset.query.replace(/^\?/, ""));
    const text = fieldOf().value.trim();
    query.delete("page");
    const rest = [...query].filter(([name]) => name !== "q");
    return "?" + new URLSearchParams(text ? [["q", text], ...rest] : rest);
  };

  const take = () => {
    on(panel, "submit", (event) => {
      if (!event.target.matches("[data-search-form]")) return;
      event.preventDefault();
      clearTimeout(waiting);
      ask(typed(), { push: true });
    });
    on(panel, "input", (event) => {
      if (!event.target.matches("[data-search-main]") || event.isComposing) return;
      clearTimeout(waiting);
      waiting = setTimeout(() => ask(typed()), PAUSE);
    });
    on(panel, "compositionend", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => ask(typed()), PAUSE);
    });
    on(panel, "click", (event) => {
      const link = event.target.closest("a[data-query]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      clearTimeout(waiting);
      const fold = panel.querySelector("[data-facet-box]")?.open;
      const { key } = link.dataset;
      const turnsPage = link.matches("[rel]");
      ask(link.dataset.query, {
        push: true,
        then: () => {
          const box = panel.querySelector("[data-facet-box]");
          if (box && fold) box.open = true;
          const again = key && [...panel.querySelectorAll("[data-key]")].find((other) => other.dataset.key === key);
          if (again) again.focus({ preventScroll: true });
          else if (turnsPage) panel.querySelector("[data-hit-link]")?.focus();
          else fieldOf().focus({ preventScroll: true });
          if (turnsPage) panel.scrollIntoView({ block: "start" });
          fieldOf().value = new URLSearchParams(panel.dataset.query).get("q") ?? "";
        },
      });
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
      panel.querySelector("[data-search-body]").replaceWith(made.querySelector("[data-search-body]"));
      panel.dataset.query = made.dataset.query;
      panel.dataset.state = made.dataset.state;
      panel.classList.remove("rb-busy");
      panel.removeAttribute("aria-busy");
    }
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
    // What was typed while the kernel started is not lost.
    const begun = new URLSearchParams(panel.dataset.query).get("q") ?? "";
    if (fieldOf().value.trim() !== begun) ask(typed());
  }
  return () => {
    leaving.abort();
    clearTimeout(waiting);
    model.off("change:shown", show);
  };
}

export default { render };
