// What pages do beyond links and forms: theme, report frames, runs with progress. The keyboard is in keys.js.
// Everything works without it; nothing here builds prose: words come from the page.
(() => {
  const root = document.documentElement;
  const base = root.dataset.base || "/";

  // Theme: follows the system until the visitor chooses; the choice is kept in a cookie the server reads.
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => root.dataset.theme || (systemDark.matches ? "dark" : "light");
  const tellFrames = () =>
    document.querySelectorAll("[data-report-frame]").forEach((frame) =>
      frame.contentWindow?.postMessage({ retrobook: "theme", theme: theme(), retrobookTheme: theme() }, "*"));
  const reportTheme = () => document.dispatchEvent(new CustomEvent("retrobook:theme", { detail: theme() }));
  document.querySelectorAll("[data-theme-toggle]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = theme() === "dark" ? "light" : "dark";
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `retrobook-theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
      tellFrames();
      reportTheme();
    });
  });
  systemDark.addEventListener("change", () => { tellFrames(); reportTheme(); });

  // Where the main links are wider than the screen, the one of this page is in sight.
  const here = document.querySelector('.nav [aria-current="page"]');
  const nav = here?.parentElement;
  if (nav && nav.scrollWidth > nav.clientWidth) nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;

  // Filters are a fold on narrow screens and always open on wide ones, also where CSS cannot say so.
  const wide = matchMedia("(min-width: 60.01rem)");
  const fold = () => {
    if (CSS.supports("selector(::details-content)")) return;
    document.querySelectorAll("[data-facet-box]").forEach((box) => { box.open = wide.matches; });
  };
  fold();
  wide.addEventListener("change", fold);

  // A report's frame says how high it is; only our own frames are heard.
  addEventListener("message", (event) => {
    const frame = [...document.querySelectorAll("[data-report-frame]")].find((f) => f.contentWindow === event.source);
    if (!frame || event.data?.retrobook !== "height") return;
    const height = Number(event.data.height);
    if (height > 0) frame.style.height = `${Math.min(Math.ceil(height) + 2, 60000)}px`;
    if (event.data.first) tellFrames();
  });
  document.querySelectorAll("[data-report-frame]").forEach((frame) => frame.addEventListener("load", tellFrames));
  // A frame begins to load once the page around it is painted; a page that is not looked at does not wait for that.
  const load = () => document.querySelectorAll("iframe[data-src]").forEach((frame) => {
    frame.src = frame.dataset.src;
    frame.removeAttribute("data-src");
  });
  requestAnimationFrame(() => setTimeout(load));
  setTimeout(load, 500);

  // Making a report: the same form without JavaScript answers with a page; with it, progress shows in place.
  const say = (form, words, done, all) => {
    let box = form.parentElement.querySelector(".progress");
    if (!box) {
      box = document.createElement("div");
      box.className = "progress";
      box.setAttribute("role", "status");
      const bar = document.createElement("progress");
      bar.setAttribute("aria-label", words);
      box.append(document.createElement("span"), bar);
      form.parentElement.append(box);
    }
    box.firstChild.textContent = words;
    const bar = box.lastChild;
    bar.hidden = done === null;
    if (all) { bar.max = all; bar.value = done; } else bar.removeAttribute("value");
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const follow = (form, words, job) => {
    const stream = new EventSource("/api/events");
    let over = false;
    const heard = (state) => {
      if (over || state.job !== job) return;
      if (state.status === "queued") return say(form, words.starting, 0, 0);
      if (state.status === "running") {
        const known = state.steps ? { done: state.step, all: state.steps } : null;
        return say(form, known ? fill(words.running, known) : words.starting, known?.done ?? 0, known?.all ?? 0);
      }
      over = true;
      stream.close();
      clearInterval(timer);
      form.querySelector("button").removeAttribute("aria-busy");
      if (state.status === "succeeded") { say(form, words.finished, 1, 1); location.assign(state.url); }
      else say(form, fill(words.failed, { reason: state.error?.message ?? "" }), null);
    };
    const look = async () => {
      const answer = await fetch(`/reports/jobs/${encodeURIComponent(job)}`);
      if (answer.ok) heard(await answer.json());
    };
    stream.addEventListener("run", (event) => heard(JSON.parse(event.data)));
    const timer = setInterval(look, 2500);
    look();
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-run-form]")) return;
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    const words = JSON.parse(document.getElementById("run-words").textContent);
    say(form, words.starting, 0, 0);
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
      const said = await answer.json();
      if (!answer.ok) throw new Error(said.message);
      follow(form, words, said.job);
    } catch (problem) {
      button.removeAttribute("aria-busy");
      say(form, fill(words.failed, { reason: problem.message }), null);
    }
  });

  // An app's page says how its kernel is doing.
  if (document.querySelector("[data-no-kernel]")) document.querySelectorAll("[data-live]").forEach((sign) => {
    sign.dataset.state = "failed";
    sign.textContent = sign.dataset.wordsFailed;
  });
  const signs = document.querySelectorAll("[data-live]");
  signs.forEach((sign) => { sign.hidden = false; });
  if (signs.length) setTimeout(() => {
    document.querySelectorAll('[data-live][data-state="starting"]').forEach((sign) => {
      sign.dataset.state = "failed";
      sign.textContent = sign.dataset.wordsFailed;
    });
  }, 60000);
})();
