// The outcome map: drag boxes, draw links from a handle, or do all of it by keyboard or by forms.
const W = 220, H = 92, STEP = 20;

function make(tag, attributes = {}, ...children) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) found.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) found.setAttribute(name, value === true ? "" : value);
  }
  found.append(...children);
  return found;
}

function render({ model, el }) {
  const words = model.get("words");
  const say = (key, values = {}) =>
    (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  const percent = (value) => (value === null ? say("unknown") : `${Math.round(value * 100)}%`);
  const stands = (node) => node.attainment === null && node.rolled_up === null ? say("unknown")
    : say("stands", { own: percent(node.attainment), rolled: percent(node.rolled_up) });
  let map = null, chosen = null, linking = null, drag = null, zoom = 1, panX = 24, panY = 24, asked = 0, fitted = false;
  let pinch = null, touched = false;
  const waiting = new Map(), fingers = new Map();

  const said = make("p", { class: "om-said", role: "status", "aria-live": "polite" });
  const people = make("p", { class: "om-people" });
  const lines = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  lines.setAttribute("class", "om-lines");
  lines.setAttribute("aria-hidden", "true");
  const plane = make("div", { class: "om-plane" });
  const stage = make("div", { class: "om-stage", role: "group", "aria-label": say("stage") }, plane);
  const list = make("ul", { class: "om-list" });
  const forms = make("div", { class: "om-forms" });
  const button = (key, act, more = "") => make("button", { type: "button", class: `om-button ${more}`, onclick: act }, say(key));
  const file = (form, label) => make("a", { class: "om-button",
    href: `${model.get("base")}projects/${encodeURIComponent(model.get("project"))}/outcome-map.${form}` }, label);
  el.append(make("div", { class: "om-root" },
    make("div", { class: "om-bar" }, button("undo", () => change("undo_map_change", {}, "undone")),
      button("tidy", tidy, "om-wide"), button("zoom_in", () => step(1.25), "om-zoom"),
      button("zoom_out", () => step(0.8), "om-zoom"), button("fit", () => { fit(); tellZoom(); }, "om-zoom"),
      file("svg", "SVG"), file("png", "PNG"), file("mmd", "Mermaid"), people),
    make("p", { class: "om-said om-wide" }, say("keys")), make("p", { class: "om-said om-narrow" }, say("touch")), said, stage, forms,
    make("h2", {}, say("as_list")), list));

  function tell(text, bad = false) { said.textContent = text; said.classList.toggle("om-bad", bad); }
  function title(id) { return map.nodes.find((node) => node.id === id)?.title ?? "…"; }
  function change(what, args, done, values = {}) {
    const id = `c${++asked}`;
    waiting.set(id, () => tell(say(done, values)));
    model.send({ type: "do", id, what, args });
  }
  function move() {
    plane.style.transform = `translate(${panX}px, ${panY}px) scale(${zoom})`;
    plane.style.setProperty("--om-zoom", zoom); // weights keep a size that fingers hit
  }
  // What lies under (x, y) of the stage stays there.
  function scale(to, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
    const next = Math.min(3, Math.max(0.1, to));
    panX = x - ((x - panX) * next) / zoom; panY = y - ((y - panY) * next) / zoom;
    zoom = next; touched = true; move();
  }
  function tellZoom() { tell(say("zoomed", { percent: Math.round(zoom * 100) })); }
  // By button or key: around the box that has the focus, else around the middle.
  function step(by) {
    const node = map?.nodes.find((one) => one.id === el.ownerDocument.activeElement?.dataset?.node);
    if (node) scale(zoom * by, panX + (node.x + W / 2) * zoom, panY + (node.y + H / 2) * zoom);
    else scale(zoom * by);
    if (node) reveal(node);
    tellZoom();
  }
  function reveal(node) {
    const x = panX + node.x * zoom, y = panY + node.y * zoom, wide = W * zoom, high = H * zoom;
    const dx = x < 0 ? 8 - x : x + wide > stage.clientWidth ? Math.min(8 - x, 0, stage.clientWidth - 8 - x - wide) : 0;
    const dy = y < 0 ? 8 - y : y + high > stage.clientHeight ? Math.min(8 - y, 0, stage.clientHeight - 8 - y - high) : 0;
    if (dx || dy) { panX += dx; panY += dy; move(); }
  }
  function fit() {
    if (!map?.nodes.length) return;
    const xs = map.nodes.map((n) => n.x), ys = map.nodes.map((n) => n.y);
    const left = Math.min(...xs), top = Math.min(...ys), free = stage.clientWidth < 600 ? 12 : 24;
    const wide = Math.max(...xs) - left + W, high = Math.max(...ys) - top + H;
    touched = false;
    zoom = Math.min(1, Math.max(0.1, Math.min((stage.clientWidth - 2 * free) / wide, (stage.clientHeight - 2 * free) / high)));
    panX = (stage.clientWidth - wide * zoom) / 2 - left * zoom;
    panY = (stage.clientHeight - high * zoom) / 2 - top * zoom;
    move();
  }
  function tidy() {
    const places = Object.fromEntries(map.nodes.map((n) => [n.id, { x: n.tidy_x, y: n.tidy_y }]));
    if (map.nodes.length) change("place_outcomes", { places }, "tidied");
  }
  function link(start, end) {
    linking = null;
    change("link_outcomes", { start, end }, "linked", { start: title(start), end: title(end) });
  }
  function unlink(held) {
    change("unlink_outcomes", { start: held.start, end: held.end, was: held.weight }, "unlinked",
      { start: title(held.start), end: title(held.end) });
  }
  function weigh(held, text) {
    const weight = Number(text);
    if (!(weight > 0)) { tell(say("bad_weight"), true); draw(); return; }
    change("weigh_link", { start: held.start, end: held.end, weight, was: held.weight }, "weighed",
      { start: title(held.start), end: title(held.end), weight });
  }
  function curve(x1, y1, x2, y2) { return `M${x1} ${y1}C${x1 + 40} ${y1} ${x2 - 40} ${y2} ${x2} ${y2}`; }
  function path(d, kind = "") {
    const found = document.createElementNS("http://www.w3.org/2000/svg", "path");
    found.setAttribute("d", d);
    if (kind) found.setAttribute("class", kind);
    return found;
  }
  function drawLines() {
    plane.querySelectorAll(".om-weight").forEach((old) => old.remove());
    lines.replaceChildren();
    const at = new Map(map.nodes.map((node) => [node.id, node]));
    for (const held of map.links) {
      const a = at.get(held.start), b = at.get(held.end);
      const x1 = a.x + W, y1 = a.y + H / 2, x2 = b.x, y2 = b.y + H / 2;
      lines.append(path(curve(x1, y1, x2, y2)), path(`M${x2} ${y2}l-9 -5v10z`, "om-head"));
      const tag = make("button", { type: "button", class: "om-weight", "data-link": `${held.start}|${held.end}`,
        "aria-label": say("link_label", { start: a.title, end: b.title, weight: held.weight }),
        onkeydown: (event) => { if (event.key === "Delete") { event.preventDefault(); unlink(held); } },
        onclick: () => { const field = list.querySelector(`[data-weight="${CSS.escape(`${held.start}|${held.end}`)}"]`); field?.focus(); } },
        String(held.weight));
      tag.style.left = `${(x1 + x2) / 2}px`; tag.style.top = `${(y1 + y2) / 2}px`;
      plane.append(tag);
    }
    if (drag?.kind === "link") lines.append(path(curve(drag.x1, drag.y1, drag.x2, drag.y2)));
  }
  function draw() {
    const kept = held();
    plane.replaceChildren(lines);
    for (const node of map.nodes) {
      const label = say("node_label", { title: node.title, horizon: say(`horizon.${node.horizon}`),
        stands: stands(node) });
      const box = make("div", { class: `om-node${chosen === node.id ? " om-chosen" : ""}`, tabindex: "0", role: "button",
        "data-node": node.id, "aria-label": label, "aria-pressed": linking === node.id ? "true" : "false",
        onkeydown: (event) => key(event, node), onfocus: () => { chosen = node.id; if (!drag && !pinch) reveal(node); },
        onpointerdown: (event) => take(event, node) },
        make("b", {}, node.title), make("small", {}, node.metric || say(`horizon.${node.horizon}`)),
        make("small", {}, stands(node)),
        make("span", { class: "om-handle", "aria-hidden": "true", "data-handle": node.id,
          onpointerdown: (event) => pull(event, node) }, "→"));
      if (node.rolled_up !== null) {
        const fill = make("i"); fill.style.width = `${node.rolled_up * 100}%`;
        box.append(make("span", { class: "om-track", "aria-hidden": "true" }, fill));
      }
      box.style.left = `${node.x}px`; box.style.top = `${node.y}px`;
      plane.append(box);
    }
    drawLines(); drawList();
    if (kept && el.ownerDocument.activeElement !== kept.element) refocus(kept);
  }
  // What has the focus, by what it stands for: a redrawn map gives it back, to a link's start where the link is gone.
  function held() {
    const element = el.ownerDocument.activeElement;
    if (!element || !el.contains(element)) return null;
    const kind = ["node", "link", "weight", "unlink"].find((one) => element.dataset?.[one]);
    return kind ? { element, kind, key: element.dataset[kind] } : null;
  }
  function refocus({ kind, key }) {
    const find = (name, value) => el.querySelector(`[data-${name}="${CSS.escape(value)}"]`);
    (find(kind, key) ?? find("node", key.split("|")[0]))?.focus();
  }
  function drawList() {
    if (list.contains(el.ownerDocument.activeElement) && el.ownerDocument.activeElement.tagName === "INPUT") return;
    list.replaceChildren(...(map.nodes.length ? map.nodes.map((node) => {
      const item = make("li", {}, make("strong", {}, node.title), ` · ${say(`horizon.${node.horizon}`)} · `,
        stands(node));
      if (node.parts.length) {
        item.append(make("details", {}, make("summary", {}, say("how")), make("ul", {}, ...node.parts.map((part) =>
          make("li", {}, say("part", { source: part.source ? title(part.source) : say("own"),
            share: percent(part.share), attainment: percent(part.attainment), brings: percent(part.brings) })))),
          make("p", {}, say("known", { share: percent(node.known) }))));
      }
      for (const held of map.links.filter((one) => one.start === node.id)) {
        const name = { start: node.title, end: title(held.end), weight: held.weight };
        const field = make("input", { type: "number", min: "0.01", max: "1000", step: "any", value: held.weight,
          "data-weight": `${held.start}|${held.end}`, "aria-label": say("weight_of", name),
          onchange: (event) => { const text = event.target.value; event.target.blur(); weigh(held, text); } });
        item.append(make("div", { class: "om-how" }, `→ ${title(held.end)} `, field,
          make("button", { type: "button", class: "om-button", "data-unlink": `${held.start}|${held.end}`, "aria-label": say("unlink_label", name), onclick: () => unlink(held) }, say("unlink"))));
      }
      return item;
    }) : [make("li", {}, say("empty"))]));
  }
  const from = make("select"), to = make("select");
  // Others may add and rename outcomes while somebody types: only the choices are drawn anew.
  function drawChoices() {
    for (const select of [from, to]) {
      const before = select.value;
      select.replaceChildren(...map.nodes.map((node) => make("option", { value: node.id }, node.title)));
      if (map.nodes.some((node) => node.id === before)) select.value = before;
    }
  }
  function drawForms() {
    const name = make("input", { required: true, maxlength: "300" });
    const far = make("select", {}, ...["direct", "indirect", "long_term"].map((one) => make("option", { value: one }, say(`horizon.${one}`))));
    forms.replaceChildren(
      make("form", { onsubmit: (event) => { event.preventDefault(); change("add_map_outcome", { title: name.value, horizon: far.value }, "added", { title: name.value }); name.value = ""; } },
        make("label", {}, say("new_title"), name), make("label", {}, say("new_horizon"), far),
        make("button", { class: "om-button" }, say("add"))),
      make("form", { onsubmit: (event) => { event.preventDefault(); if (from.value && to.value) link(from.value, to.value); } },
        make("label", {}, say("from"), from), make("label", {}, say("to"), to), make("button", { class: "om-button" }, say("link"))));
  }
  function key(event, node) {
    const ways = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    if (ways[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      node.x += ways[event.key][0]; node.y += ways[event.key][1];
      const box = plane.querySelector(`[data-node="${CSS.escape(node.id)}"]`);
      box.style.left = `${node.x}px`; box.style.top = `${node.y}px`; drawLines();
      clearTimeout(node.timer);
      node.timer = setTimeout(() => place(node), 250);
    } else if (event.key.toLowerCase() === "l" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      linking = node.id; tell(say("choose", { title: node.title })); 
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (linking && linking !== node.id) link(linking, node.id);
    } else if (event.key === "Escape") {
      linking = null; tell(say("stopped"));
    } else if (event.key === "Delete") {
      event.preventDefault();
      const held = map.links.filter((one) => one.start === node.id);
      if (held.length) unlink(held[held.length - 1]); else tell(say("no_links", { title: node.title }));
    }
  }
  function place(node) {
    change("place_outcomes", { places: { [node.id]: { x: node.x, y: node.y } } }, "moved", { title: node.title });
  }
  function take(event, node) {
    if (event.button) return;
    if (linking && linking !== node.id) { link(linking, node.id); return; }
    drag = { kind: "node", node, x: event.clientX, y: event.clientY, left: node.x, top: node.y, moved: false };
    touched = true;
    stage.setPointerCapture(event.pointerId);
    event.stopPropagation();
  }
  function pull(event, node) {
    event.stopPropagation(); event.preventDefault();
    const x = node.x + W, y = node.y + H / 2;
    drag = { kind: "link", node, x1: x, y1: y, x2: x, y2: y };
    stage.setPointerCapture(event.pointerId);
  }
  // Two fingers zoom and shift; a box that one of them held goes back to where it was.
  function between() {
    const [a, b] = [...fingers.values()], frame = stage.getBoundingClientRect();
    return { x: (a.x + b.x) / 2 - frame.left, y: (a.y + b.y) / 2 - frame.top, apart: Math.hypot(a.x - b.x, a.y - b.y) || 1 };
  }
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size !== 2) return;
    event.stopPropagation(); event.preventDefault();
    if (drag?.kind === "node") { drag.node.x = drag.left; drag.node.y = drag.top; }
    drag = null;
    for (const id of fingers.keys()) stage.setPointerCapture(id);
    pinch = { ...between(), zoom };
    draw();
  }, true);
  stage.addEventListener("pointermove", (event) => {
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (!pinch || fingers.size < 2) return;
    const now = between();
    panX += now.x - pinch.x; panY += now.y - pinch.y;
    pinch.x = now.x; pinch.y = now.y;
    scale((pinch.zoom * now.apart) / pinch.apart, now.x, now.y);
  }, true);
  for (const name of ["pointerup", "pointercancel"]) {
    stage.addEventListener(name, (event) => {
      fingers.delete(event.pointerId);
      if (pinch && fingers.size < 2) { pinch = null; tellZoom(); }
    }, true);
  }
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { "+": 1.25, "=": 1.25, "-": 0.8 }[event.key];
    if (!by && event.key !== "0") return;
    event.preventDefault();
    if (by) step(by); else { fit(); tellZoom(); }
  });
  stage.addEventListener("pointerdown", (event) => {
    if (event.target.closest(".om-weight") || pinch) return;
    touched = true;
    drag = { kind: "pan", x: event.clientX - panX, y: event.clientY - panY };
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (drag.kind === "pan") { panX = event.clientX - drag.x; panY = event.clientY - drag.y; move(); return; }
    if (drag.kind === "node") {
      const x = drag.left + (event.clientX - drag.x) / zoom, y = drag.top + (event.clientY - drag.y) / zoom;
      drag.moved ||= Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 3;
      drag.node.x = Math.round(x); drag.node.y = Math.round(y);
      const box = plane.querySelector(`[data-node="${CSS.escape(drag.node.id)}"]`);
      if (box) { box.style.left = `${drag.node.x}px`; box.style.top = `${drag.node.y}px`; }
    } else {
      const frame = stage.getBoundingClientRect();
      drag.x2 = (event.clientX - frame.left - panX) / zoom; drag.y2 = (event.clientY - frame.top - panY) / zoom;
    }
    drawLines();
  });
  stage.addEventListener("pointerup", (event) => {
    const done = drag;
    drag = null;
    if (done?.kind === "node") { if (done.moved) place(done.node); else plane.querySelector(`[data-node="${CSS.escape(done.node.id)}"]`)?.focus(); }
    if (done?.kind === "link") {
      const under = el.ownerDocument.elementsFromPoint(event.clientX, event.clientY).map((one) => one.closest?.("[data-node]")).find(Boolean);
      drawLines();
      if (under && under.dataset.node !== done.node.id) link(done.node.id, under.dataset.node);
    }
  });
  stage.addEventListener("pointercancel", () => { drag = null; if (map) drawLines(); });
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return; // as trackpads tell of a pinch, too
    event.preventDefault();
    const frame = stage.getBoundingClientRect(), by = Math.exp(-Math.min(20, Math.max(-20, event.deltaY)) / 100);
    scale(zoom * by, event.clientX - frame.left, event.clientY - frame.top);
  }, { passive: false });
  const watch = new ResizeObserver(() => { if (map && !touched && stage.clientWidth) { fitted = true; fit(); } });
  watch.observe(stage);

  function show(next) {
    const names = map ? map.nodes.map((n) => n.id + n.title).join("|") : null;
    if (drag?.kind === "node") {
      const mine = next.nodes.find((n) => n.id === drag.node.id);
      if (mine) { mine.x = drag.node.x; mine.y = drag.node.y; drag.node = mine; } else drag = null;
    }
    const before = map?.nodes.length;
    map = next;
    draw();
    if (names !== map.nodes.map((n) => n.id + n.title).join("|")) drawChoices();
    if (stage.clientWidth && (!fitted || (!touched && before !== map.nodes.length))) { fitted = true; fit(); }
  }
  function hear(content) {
    if (content.type === "view" && (!map || content.map.revision >= map.revision)) show(content.map);
    if (content.type === "presence") people.textContent = say("here", { people: content.people.join(say("comma")) });
    if (content.type === "done") { show(content.map); waiting.get(content.id)?.(); waiting.delete(content.id); }
    if (content.type === "refused") { waiting.delete(content.id); tell(content.words, true); if (map) model.send({ type: "hello" }); }
    if (content.type === "link") tell(content.state === "lost" ? say("lost") : "", content.state === "lost");
  }
  drawForms();
  model.on("msg:custom", hear);
  model.send({ type: "hello" });
  const beat = setInterval(() => model.send({ type: "ping" }), 45000);
  return () => { clearInterval(beat); watch.disconnect(); model.off("msg:custom", hear); };
}

export default { render };
