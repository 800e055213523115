(() => {
  "use strict";
  const root = document.documentElement;

  // Theme: the frame around us may say (address or message); else the system does.
  const asked = new URLSearchParams(location.hash.slice(1)).get("theme");
  if (asked === "dark" || asked === "light") root.dataset.theme = asked;
  addEventListener("message", (event) => {
    const theme = event.data && event.data.retrobookTheme;
    if (theme === "dark" || theme === "light") { root.dataset.theme = theme; draw(); }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  // A link to a folded entry unfolds it, and what it is folded into.
  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => document.querySelectorAll("details.more").forEach((d) => { d.open = true; }));
  unfold();

  // The contents show where the reader is.
  const links = new Map([...document.querySelectorAll(".contents a")].map((a) => [a.hash.slice(1), a]));
  const spy = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) {
      links.forEach((a) => a.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "location");
    }
  }, { rootMargin: "-10% 0px -75% 0px" });
  links.forEach((_, id) => { const h = document.getElementById(id); if (h) spy.observe(h); });

  // Figures: plotly.js is unpacked after the first paint; colours come from the page.
  const packed = document.getElementById("plotly");
  if (!packed) return;
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const lighter = { "#2b8a93": "#58b9c3", "#c8623f": "#e58d6b", "#c2922e": "#dcb458", "#b4bec7": "#4a5763", "#7d8b98": "#8d9aa6" };

  const load = async () => {
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    packed.remove();
    if (root.lang.startsWith("zh")) {
      const months = [...Array(12).keys()].map((m) => `${m + 1}月`);
      Plotly.register({ moduleType: "locale", name: "zh", dictionary: {}, format: {
        days: ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"], shortDays: ["日", "一", "二", "三", "四", "五", "六"],
        months, shortMonths: months, date: "%Y-%m-%d", year: "%Y年", month: "%Y年%b", dayMonth: "%b%-d日", dayMonthYear: "%Y年%b%-d日" } });
    }
    draw();
  };

  function draw() {
    if (!window.Plotly) return;
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    for (const place of document.querySelectorAll("[data-figure]")) {
      let text = JSON.stringify(figures[place.dataset.figure]);
      if (isDark()) for (const [from, to] of Object.entries(lighter)) text = text.replaceAll(from, to);
      const { data, layout } = JSON.parse(text);
      const soft = colour("--rb-soft");
      layout.font = { ...layout.font, color: soft };
      layout.hoverlabel = { ...layout.hoverlabel, bgcolor: colour("--rb-surface"), bordercolor: colour("--rb-line-strong"), font: { color: colour("--rb-ink") } };
      for (const axis of ["xaxis", "yaxis"]) {
        layout[axis] = { ...layout[axis], gridcolor: colour("--rb-line"), zerolinecolor: colour("--rb-line-strong"), linecolor: colour("--rb-line-strong") };
      }
      place.querySelector("noscript")?.remove();
      Plotly.react(place, data, layout, { displayModeBar: false, responsive: true, locale: root.lang.startsWith("zh") ? "zh" : "en-US" });
    }
  }

  const soon = window.requestIdleCallback || ((f) => setTimeout(f, 50));
  requestAnimationFrame(() => setTimeout(() => soon(() => load().catch(() => {
    document.querySelectorAll(".figure-data").forEach((d) => { d.open = true; });
    document.querySelectorAll(".plot").forEach((p) => p.remove());
  }), { timeout: 1500 }), 0));
})();
