// In a notebook: every step is asked of the kernel, which draws the next record.
function render({ model, el }) {
  const leaving = new AbortController();
  el.classList.add("rb-alone");
  let walking = false;
  const show = () => {
    el.replaceChildren(document.createRange().createContextualFragment(model.get("html")));
    mountWalks(el);
    if (walking) el.querySelector("[data-center]")?.focus({ preventScroll: true });
    walking = false;
  };
  el.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-query]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    walking = true;
    model.set("walked", link.dataset.query);
    model.save_changes();
  }, { signal: leaving.signal });
  model.on("change:html", show);
  show();
  return () => {
    leaving.abort();
    model.off("change:html", show);
  };
}

export default { render };
