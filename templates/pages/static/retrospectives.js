// The form of a new retrospective, and the link to join one: both work without this.
(() => {
  // A link is copied with a button; where that is not allowed it is selected.
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const field = button.parentElement.querySelector("[data-copied-from]");
    const said = button.closest("section").querySelector("[data-copy-said]");
    button.hidden = false;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
        said.textContent = button.dataset.words;
      } catch {
        field.select();
        said.textContent = button.dataset.wordsFailed;
      }
    });
  });

  const form = document.querySelector("[data-retro-form]");
  if (!form) return;
  const formats = JSON.parse(document.getElementById("retro-formats").textContent);
  const list = form.querySelector("[data-phases]");
  const refill = form.querySelector("[data-refill]");
  const moved = form.querySelector("[data-moved]");
  const rows = () => [...list.children];
  const field = (row, what) => row.querySelector(`[name="phase-${row.dataset.phase}-${what}"]`);
  const chosen = () => form.elements.format?.value ?? "";
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  // Places are numbers to type without a script; with one they follow the order of the rows.
  const number = () => rows().forEach((row, place, all) => {
    field(row, "place").value = place + 1;
    const [up, down] = row.querySelectorAll("[data-move]");
    up.disabled = place === 0;
    down.disabled = place === all.length - 1;
  });
  const state = () => rows().map((row) => [
    row.dataset.phase, field(row, "on").checked, field(row, "minutes").value, field(row, "own")?.checked ?? false,
  ]);
  const isUntouched = () => {
    const source = formats[form.elements.phases_of.value];
    const fresh = source?.phases.map((phase) => [phase.kind, phase.on, phase.minutes, phase.own_time]);
    return !source || JSON.stringify(state()) === JSON.stringify(fresh);
  };
  const take = (key, votesToo) => {
    const format = formats[key];
    if (!format) return;
    format.phases.forEach((phase) => {
      const row = list.querySelector(`[data-phase="${phase.kind}"]`);
      field(row, "on").checked = phase.on;
      field(row, "minutes").value = phase.minutes;
      const own = field(row, "own");
      if (own) own.checked = phase.own_time;
      list.append(row);
    });
    if (votesToo) {
      form.elements.votes.value = format.votes;
      form.elements.per_topic.value = format.per_topic;
    }
    form.elements.phases_of.value = key;
    number();
  };
  const offer = () => { refill.hidden = isUntouched() && form.elements.phases_of.value === chosen(); };

  list.querySelectorAll("[data-place]").forEach((place) => { place.hidden = true; });
  list.querySelectorAll("[data-moves]").forEach((moves) => { moves.hidden = false; });
  number();
  offer();

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const row = button.closest("[data-phase]");
    if (button.dataset.move === "-1") row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    number();
    (button.disabled ? row.querySelector("[data-move]:not([disabled])") : button).focus();
    const place = rows().indexOf(row) + 1;
    moved.textContent = fill(moved.dataset.words, { phase: row.dataset.name, place, of: rows().length });
    offer();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "format" && isUntouched()) {
      const source = formats[form.elements.phases_of.value];
      const votes = !source
        || (form.elements.votes.value === String(source.votes)
          && form.elements.per_topic.value === String(source.per_topic));
      take(chosen(), votes);
    }
    offer();
  });
  form.addEventListener("input", offer);
  refill.addEventListener("click", (event) => {
    event.preventDefault();
    take(chosen(), true);
    offer();
    list.querySelector("input").focus();
  });
})();
