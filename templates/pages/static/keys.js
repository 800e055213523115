// The keyboard: '/' asks, j k and arrows move between hits, letters act on the hit in focus, '?' lists the keys.
// Letters do nothing while somebody types, and nothing while an input method still composes.
(() => {
  const typing = (node) => node?.closest?.("input, textarea, select, [contenteditable]");
  const seen = (node) => node && node.offsetParent !== null;
  const hits = () => [...document.querySelectorAll("[data-hit-link]")].filter(seen);
  const field = () => document.querySelector("[data-search-main], [data-search]");
  const current = () => document.activeElement?.closest?.("[data-hit]");

  const move = (step) => {
    const links = hits();
    if (!links.length) return false;
    const here = links.findIndex((link) => link.closest("[data-hit]").contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
    if (next < 0) field()?.focus();
    else links[Math.min(next, links.length - 1)].focus();
    links[next]?.closest("[data-hit]").scrollIntoView({ block: "nearest" });
    return true;
  };
  const chooseProject = () => {
    const tool = document.getElementById("my-project");
    if (!tool) return false;
    tool.open = true;
    tool.querySelector("input")?.focus();
    return true;
  };
  const onHit = (what) => {
    const hit = current();
    if (!hit) return move(1);
    const target = hit.querySelector(what);
    if (!target) return false;
    if (target.matches("form")) target.requestSubmit();
    else target.click();
    return true;
  };
  const filters = () => {
    const box = document.querySelector("[data-facet-box]");
    if (!box) return false;
    box.open = true;
    [...box.querySelectorAll("a.rb-facet, .rb-facet-group > summary")].find(seen)?.focus();
    return true;
  };
  const dialog = () => document.querySelector("[data-keys]");
  const listKeys = () => {
    if (!dialog() || dialog().open) return false;
    dialog().showModal();
    return true;
  };
  const ask = () => {
    field()?.focus();
    field()?.select();
    return field() !== null;
  };
  const letters = {
    "/": ask, "?": listKeys, f: filters, j: () => move(1), k: () => move(-1),
    s: () => onHit("[data-similar]"), g: () => onHit("[data-around]"), a: () => onHit("[data-heed], [data-choose-project]"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") {
      const open = document.querySelector("[data-menu][open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      else if (event.target.matches?.("[data-search]")) event.target.blur();
      return;
    }
    if (event.target.matches?.("[data-search-main]") && event.key === "ArrowDown") {
      if (move(1)) event.preventDefault();
      return;
    }
    if (typing(event.target) || dialog()?.open) return;
    const onLink = event.target.matches?.("[data-hit-link]");
    const step = onLink ? { ArrowDown: 1, ArrowUp: -1 }[event.key] : 0;
    if (step ? move(step) : letters[event.key]?.()) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    if (event.target.closest?.("[data-keys-open]")) listKeys();
    if (event.target.closest?.("[data-choose-project]") && chooseProject()) event.preventDefault();
    if (event.target.closest?.("[data-forget-project]")) remember("");
  });
  const reveal = () => document.querySelectorAll("[data-keys-open]").forEach((button) => { button.hidden = false; });
  reveal();

  // The asker's own project is remembered in this browser, and fills the form of the next search.
  const KEY = "retrobook-project";
  const remember = (project) => {
    try {
      if (project) localStorage.setItem(KEY, project);
      else localStorage.removeItem(KEY);
    } catch { /* a browser that keeps nothing still searches */ }
  };
  const remembered = () => {
    try { return localStorage.getItem(KEY) ?? ""; } catch { return ""; }
  };
  const panel = document.querySelector("[data-search-panel]");
  const ownProject = () => {
    const asked = new URLSearchParams(panel.dataset.query.replace(/^\?/, "")).get("for");
    const input = document.getElementById("own-project");
    if (asked) remember(asked);
    else if (input && !input.value && remembered()) input.value = remembered();
  };
  if (panel) {
    if (!panel.querySelector("#my-project [role=alert], .problem")) ownProject();
    new MutationObserver(() => {
      reveal();
      const asked = new URLSearchParams(panel.dataset.query.replace(/^\?/, "")).get("for");
      if (asked) remember(asked);
    }).observe(panel, { attributes: true, attributeFilter: ["data-query"] });
  }
  // Fields that say nothing stay out of the address.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.matches("[data-search-form]")) return;
    const empty = [...event.target.elements].filter((control) => control.name && !control.value);
    empty.forEach((control) => { control.disabled = true; });
    setTimeout(() => empty.forEach((control) => { control.disabled = false; }));
  });
})();
