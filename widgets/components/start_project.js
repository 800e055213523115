// Takes over the panel that the page already shows, or draws one where there is none.
// The kernel renders everything with the page's own templates; words come from the page.
function render({ model, el }) {
  const leaving = new AbortController();
  const on = (target, kind, listener) => target.addEventListener(kind, listener, { signal: leaving.signal });
  let panel = document.querySelector("main [data-plan-panel]");
  const alone = !panel;
  let number = 0;
  let adoption = 0;
  let taken = null; // what the last key was made for: the same again must not make drafts twice

  const find = (selector) => panel.querySelector(selector);
  const busy = (yes) => {
    panel?.classList.toggle("rb-busy", yes);
    if (yes) panel?.setAttribute("aria-busy", "true");
    else panel?.removeAttribute("aria-busy");
  };

  const ask = (query, { push = false } = {}) => {
    number += 1;
    busy(true);
    if (!alone) history[push ? "pushState" : "replaceState"](null, "", panel.dataset.action + query);
    model.set("asked", { number, query });
    model.save_changes();
  };

  const typed = () => {
    const pairs = [...new FormData(find("[data-plan-form]"))].filter(([, value]) => String(value).trim());
    return "?" + new URLSearchParams(pairs);
  };

  const problem = (kind) => {
    const box = find("[data-adopt-problem]");
    box.hidden = !kind;
    box.textContent = kind ? box.dataset[kind] : "";
  };

  const adopt = (form) => {
    const said = new FormData(form);
    const types = [...panel.querySelectorAll("[data-adopt-type]:checked")].map((box) => box.value);
    const query = panel.dataset.query;
    const wanted = { query, types };
    if (!types.length) return problem("wordsNone");
    if (said.get("into") === "existing") {
      wanted.project = String(said.get("project") ?? "").trim();
      if (!wanted.project) return problem("wordsProject");
    } else {
      const own = {};
      for (const name of ["name", "unit", "start", "end"]) own[name] = String(said.get(name) ?? "").trim();
      if (!own.name) {
        problem("wordsName");
        form.querySelector("[name=name]").focus();
        return;
      }
      wanted.new_project = own;
    }
    problem(null);
    const what = JSON.stringify(wanted);
    if (taken?.what !== what) taken = { what, key: [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("") };
    adoption += 1;
    find("[data-adopt-button]")?.setAttribute("aria-busy", "true");
    model.set("wanted", { ...wanted, key: taken.key, number: adoption });
    model.save_changes();
  };

  const markLive = () => {
    const sign = find("[data-live]");
    if (sign) {
      sign.dataset.state = "live";
      sign.textContent = sign.dataset.wordsLive;
    }
    const button = find("[data-adopt-button]");
    if (button) button.disabled = false;
  };

  const take = () => {
    on(panel, "submit", (event) => {
      if (event.target.matches("[data-plan-form]")) {
        event.preventDefault();
        ask(typed(), { push: true });
      } else if (event.target.matches("[data-adopt-form]")) {
        event.preventDefault();
        adopt(event.target);
      }
    });
    on(panel, "keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
        event.preventDefault();
        find("[data-plan-form]").requestSubmit();
      }
    });
    on(panel, "change", (event) => {
      if (event.target.name !== "into") return;
      panel.querySelectorAll("[data-into]").forEach((box) => { box.hidden = box.dataset.into !== event.target.value; });
    });
    on(panel, "click", (event) => {
      const dot = event.target.closest("[data-dot]");
      if (dot) location.assign(dot.dataset.dot);
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
      find("[data-plan-body]").replaceWith(made.querySelector("[data-plan-body]"));
      find("[data-plan-drafts]").replaceChildren();
      panel.dataset.query = made.dataset.query;
      panel.dataset.state = made.dataset.state;
      busy(false);
      const status = find("[data-plan-status]");
      if (status) {
        const words = status.textContent; // said again, so that a screen reader hears it
        status.textContent = "";
        requestAnimationFrame(() => { status.textContent = words; });
      }
    }
    markLive();
  };

  const tell = () => {
    const { number: answered, html } = model.get("adopted");
    if (answered !== adoption || !html) return;
    find("[data-adopt-button]")?.removeAttribute("aria-busy");
    find("[data-plan-drafts]").replaceChildren(document.createRange().createContextualFragment(html));
    const box = find("[data-adopted]");
    box?.focus({ preventScroll: true });
    box?.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  };

  model.on("change:shown", show);
  model.on("change:adopted", tell);
  if (alone) {
    ask(model.get("first"));
  } else {
    take();
    markLive();
    panel.dataset.live = "true";
    on(window, "popstate", () => location.reload());
  }
  return () => {
    leaving.abort();
    model.off("change:shown", show);
    model.off("change:adopted", tell);
  };
}

export default { render };
