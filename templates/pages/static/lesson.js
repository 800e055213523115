// Forms of a lesson's and a practice's page without leaving it: the same forms work without this.
(() => {
  const say = (words) => {
    const banner = document.querySelector("[data-said]");
    if (!banner) return;
    banner.textContent = words;
    banner.hidden = false;
  };

  // Draw the parts of the page again that may have changed.
  const redraw = async (url) => {
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelectorAll("[data-part]").forEach((part) => {
      const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
      if (fresh) part.replaceWith(document.importNode(fresh, true));
    });
  };

  // The control that was used is a new one now: whoever works with the keyboard goes on from it.
  const refocus = (action) => {
    const again = [...document.querySelectorAll("[data-act-form]")].find((form) => form.getAttribute("action") === action);
    const control = again?.closest("details")?.querySelector("summary") ?? again?.querySelector("button");
    (control ?? document.getElementById("content")).focus();
  };

  document.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-bookmarklet]");
    if (!mark) return;
    event.preventDefault();
    say(mark.dataset.bookmarklet);
  });

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-act-form]")) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    const button = event.submitter;
    button?.setAttribute("aria-busy", "true");
    const problem = form.querySelector("[data-act-problem]");
    problem.hidden = true;
    try {
      const fields = new FormData(form, button);
      const target = button?.hasAttribute("formaction") ? button.formAction : form.action;
      const answer = await fetch(target, {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { Accept: "application/json" },
      });
      const said = await answer.json();
      if (!answer.ok) throw new Error(said.message);
      if (form.matches("[data-act-leave]")) return location.assign(said.url);
      const action = form.getAttribute("action");
      const here = new URL(location.href);
      here.searchParams.delete("done");
      await redraw(here.href);
      say(said.said);
      refocus(action);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      delete form.dataset.busy;
      button?.removeAttribute("aria-busy");
    }
  });
})();
