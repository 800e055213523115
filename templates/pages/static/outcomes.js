// A file of evidence goes to the server as it is; then it is made evidence of the outcome.
(() => {
  "use strict";

  const send = (url, file, told) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", `${url}?filename=${encodeURIComponent(file.name)}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => event.lengthComputable && told(event.loaded / event.total));
      request.addEventListener("load", () =>
        request.status === 201 ? resolve(request.response) : reject(new Error(request.response?.message ?? "")),
      );
      request.addEventListener("error", () => reject(new Error("")));
      request.send(file);
    });

  document.querySelectorAll("[data-upload]").forEach((form) => {
    form.hidden = false;
    const problem = form.querySelector("[data-upload-problem]");
    const bar = form.querySelector("progress");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.dataset.busy) return;
      form.dataset.busy = "1";
      problem.hidden = true;
      bar.hidden = false;
      try {
        const kept = await send(form.dataset.upload, form.elements.file.files[0], (share) => (bar.value = share));
        const fields = new URLSearchParams();
        for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.set(name, value);
        fields.set("sha256", kept.sha256);
        fields.set("filename", kept.filename);
        const answer = await fetch(form.dataset.add, { method: "POST", body: fields, headers: { Accept: "application/json" } });
        const said = await answer.json();
        if (!answer.ok) throw new Error(said.message);
        location.assign(said.url);
      } catch (error) {
        problem.textContent = error.message || problem.dataset.lost;
        problem.hidden = false;
      } finally {
        delete form.dataset.busy;
        bar.hidden = true;
      }
    });
  });
})();

// Ticked rows are counted, and all of a page are ticked at once; a row and its predecessor with Shift, what lies between.
(() => {
  "use strict";

  const form = document.getElementById("bulk");
  if (!form) return;
  const boxes = [...document.querySelectorAll("input[name=pick]")];
  const panel = form.closest("details");
  const bar = document.querySelector("[data-tick-bar]");
  const told = bar.querySelector("[data-ticked]");
  const tell = () => {
    const count = boxes.filter((box) => box.checked).length;
    bar.hidden = !count;
    told.textContent = count ? told.dataset.words.replace("{count}", count) : "";
    panel.querySelector("[data-ticked-here]").textContent = told.textContent;
  };
  const tick = (on) => {
    boxes.forEach((box) => (box.checked = on));
    tell();
  };
  bar.querySelector("[data-tick-change]").addEventListener("click", () => {
    panel.open = true;
    form.elements.owner.focus();
  });
  bar.querySelector("[data-tick-none]").addEventListener("click", () => {
    tick(false);
    boxes[0].focus();
  });
  let last = null;
  boxes.forEach((box, place) => {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [Math.min(last, place), Math.max(last, place)];
        boxes.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
      }
      last = place;
      tell();
    });
  });
  panel.querySelector("[data-tick-all]").addEventListener("click", (event) => {
    event.preventDefault();
    tick(boxes.some((box) => !box.checked));
  });
  tell();
})();

// A field for what an outcome hangs on proposes what fits the words in it, however many there are.
(() => {
  "use strict";

  document.querySelectorAll("input[data-choices]").forEach((field) => {
    const kind = field.form.elements.kind.value;
    let waiting = 0;
    let asked = 0;
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      const text = field.value.trim();
      if (!text || [...field.list.options].some((option) => option.value === field.value)) return;
      waiting = setTimeout(async () => {
        const turn = ++asked;
        const answer = await fetch("/api/operations/outcome_choices", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ id: field.dataset.choices, kind, text, limit: 50 }),
        });
        if (!answer.ok || turn !== asked) return;
        const { choices } = await answer.json();
        field.list.replaceChildren(
          ...choices.map((one) => {
            const option = document.createElement("option");
            option.value = kind === "kpi" ? one.title : `${one.title} · ${one.source_id ?? one.id}`;
            return option;
          }),
        );
      }, 200);
    });
  });
})();
