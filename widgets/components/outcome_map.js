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
  const waiting = new Map();

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
      button("tidy", tidy, "om-wide"), button("zoom_in", () => scale(1.25), "om-wide"),
      button("zoom_out", () => scale(0.8), "om-wide"), button("fit", fit, "om-wide"),
      file("svg", "SVG"), file("png", "PNG"), file("mmd", "Mermaid"), people),
    make("p", { class: "om-said om-wide" }, say("keys")), said, stage, forms,
    make("h2", {}, say("as_list")), list));

  function tell(text, bad = false) { said.textContent = text; said.classList.toggle("om-bad", bad); }
  function title(id) { return map.nodes.find((node) => node.id === id)?.title ?? "…"; }
  function change(what, args, done, values = {}) {
    const id = `c${++asked}`;
    waiting.set(id, () => tell(say(done, values)));
    model.send({ type: "do", id, what, args });
  }
  function move() { plane.style.transform = `translate(${panX}px, ${panY}px) scale(${zoom})`; }
  function scale(by) { zoom = Math.min(3, Math.max(0.2, zoom * by)); move(); }
  function fit() {
    if (!map?.nodes.length) return;
    const xs = map.nodes.map((n) => n.x), ys = map.nodes.map((n) => n.y);
    const wide = Math.max(...xs) - Math.min(...xs) + W + 48, high = Math.max(...ys) - Math.min(...ys) + H + 48;
    zoom = Math.min(1, Math.max(0.2, Math.min((stage.clientWidth || 800) / wide, (stage.clientHeight || 560) / high)));
    panX = 24 - Math.min(...xs) * zoom; panY = 24 - Math.min(...ys) * zoom; move();
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
    const focused = el.ownerDocument.activeElement;
    const kept = focused && el.contains(focused) ? focused.dataset?.node ?? null : null;
    plane.replaceChildren(lines);
    for (const node of map.nodes) {
      const label = say("node_label", { title: node.title, horizon: say(`horizon.${node.horizon}`),
        stands: stands(node) });
      const box = make("div", { class: `om-node${chosen === node.id ? " om-chosen" : ""}`, tabindex: "0", role: "button",
        "data-node": node.id, "aria-label": label, "aria-pressed": linking === node.id ? "true" : "false",
        onkeydown: (event) => key(event, node), onfocus: () => { chosen = node.id; },
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
    if (kept) plane.querySelector(`[data-node="${CSS.escape(kept)}"]`)?.focus();
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
          make("button", { type: "button", class: "om-button", "aria-label": say("unlink_label", name), onclick: () => unlink(held) }, say("unlink"))));
      }
      return item;
    }) : [make("li", {}, say("empty"))]));
  }
  function drawForms() {
    const options = () => map.nodes.map((node) => make("option", { value: node.id }, node.title));
    const from = make("select", {}, ...options()), to = make("select", {}, ...options());
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
    stage.setPointerCapture(event.pointerId);
    event.stopPropagation();
  }
  function pull(event, node) {
    event.stopPropagation(); event.preventDefault();
    const x = node.x + W, y = node.y + H / 2;
    drag = { kind: "link", node, x1: x, y1: y, x2: x, y2: y };
    stage.setPointerCapture(event.pointerId);
  }
  stage.addEventListener("pointerdown", (event) => {
    if (event.target.closest(".om-weight")) return;
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
  stage.addEventListener("wheel", (event) => { if (event.ctrlKey) { event.preventDefault(); scale(event.deltaY < 0 ? 1.1 : 0.9); } }, { passive: false });

  function show(next) {
    const names = map ? map.nodes.map((n) => n.id + n.title).join("|") : null;
    if (drag?.kind === "node") {
      const mine = next.nodes.find((n) => n.id === drag.node.id);
      if (mine) { mine.x = drag.node.x; mine.y = drag.node.y; drag.node = mine; } else drag = null;
    }
    map = next;
    draw();
    if (names !== map.nodes.map((n) => n.id + n.title).join("|")) drawForms();
    if (!fitted && stage.clientWidth) { fitted = true; fit(); }
  }
  function hear(content) {
    if (content.type === "view" && (!map || content.map.revision >= map.revision)) show(content.map);
    if (content.type === "presence") people.textContent = say("here", { people: content.people.join(say("comma")) });
    if (content.type === "done") { show(content.map); waiting.get(content.id)?.(); waiting.delete(content.id); }
    if (content.type === "refused") { waiting.delete(content.id); tell(content.words, true); if (map) model.send({ type: "hello" }); }
    if (content.type === "lost") tell(say("lost"), true);
  }
  model.on("msg:custom", hear);
  model.send({ type: "hello" });
  const beat = setInterval(() => model.send({ type: "ping" }), 45000);
  return () => { clearInterval(beat); model.off("msg:custom", hear); };
}

export default { render };
