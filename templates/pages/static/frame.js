// Runs inside a report's frame, which has an origin of its own: it tells the page its height and hears the theme.
(() => {
  if (parent === self) return;
  let told = 0;
  const tell = (first) => {
    const height = Math.ceil(document.body?.getBoundingClientRect().bottom + scrollY + 16);
    if (!height || (!first && Math.abs(height - told) < 4)) return;
    told = height;
    parent.postMessage({ retrobook: "height", height, first }, "*");
  };
  addEventListener("message", (event) => {
    if (event.source !== parent || event.data?.retrobook !== "theme") return;
    const { theme } = event.data;
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    dispatchEvent(new CustomEvent("retrobook:theme", { detail: theme }));
  });
  addEventListener("load", () => tell(true));
  new ResizeObserver(() => tell(false)).observe(document.documentElement);
  if (document.readyState === "complete") tell(true);
})();
