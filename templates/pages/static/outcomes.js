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
