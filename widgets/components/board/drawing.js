// Draws trees of elements and changes only what differs. Data reaches the page as text nodes and attributes, never as HTML.
const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "open", "indeterminate"]);
const LATE = new Set(["value", "key", "ref", "sync", "initial"]);
const BARE = {};

function h(tag, props, ...children) {
  const held = [];
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === true || child === "") continue;
    held.push(typeof child === "object" ? child : { text: String(child) });
  }
  return { tag, props: props ?? BARE, children: held, key: props?.key };
}

// A piece that is drawn again only when one of `deps` differs.
function memo(key, deps, make) {
  return { key, deps, make };
}

function setProp(el, name, before, now) {
  if (before === now || LATE.has(name)) return;
  if (name.startsWith("on")) {
    el.heard ??= {};
    const kind = name.slice(2);
    if (!(kind in el.heard)) el.addEventListener(kind, (event) => el.heard[kind]?.(event));
    el.heard[kind] = now;
  } else if (name === "style") {
    for (const key of Object.keys(now ?? {})) if (before?.[key] !== now[key]) el.style.setProperty(key, now[key]);
    for (const key of Object.keys(before ?? {})) if (!(key in (now ?? {}))) el.style.removeProperty(key);
  } else if (PROPERTIES.has(name)) {
    if (el[name] !== (now ?? false)) el[name] = now ?? false;
  } else if (now === null || now === undefined || now === false) {
    el.removeAttribute(name);
  } else {
    el.setAttribute(name, now === true ? "" : String(now));
  }
}

function create(v, svg = false) {
  if (v.make) {
    v.node = v.make();
    return (v.el = create(v.node, svg));
  }
  if (v.tag === undefined) return (v.el = document.createTextNode(v.text));
  const inside = svg || v.tag === "svg";
  const el = (v.el = inside ? document.createElementNS(SVG, v.tag) : document.createElement(v.tag));
  for (const name of Object.keys(v.props)) setProp(el, name, undefined, v.props[name]);
  for (const child of v.children) el.append(create(child, inside));
  if ("initial" in v.props) el.value = v.props.initial;
  if ("value" in v.props && el.value !== v.props.value) el.value = v.props.value;
  v.props.ref?.(el);
  v.props.sync?.(el);
  return el;
}

const sameKind = (a, b) => a.key === b.key && a.tag === b.tag && !a.make === !b.make;

function patch(before, now, svg = false) {
  if (now.make) {
    if (before.deps.length === now.deps.length && before.deps.every((dep, i) => Object.is(dep, now.deps[i]))) {
      now.node = before.node;
      now.el = before.el;
      return;
    }
    now.node = now.make();
    if (sameKind(before.node, now.node)) {
      patch(before.node, now.node, svg);
      now.el = now.node.el;
    } else {
      now.el = create(now.node, svg);
      before.el.replaceWith(now.el);
    }
    return;
  }
  const el = (now.el = before.el);
  if (now.tag === undefined) {
    if (before.text !== now.text) el.data = now.text;
    return;
  }
  for (const name of Object.keys(before.props)) if (!(name in now.props)) setProp(el, name, before.props[name], undefined);
  for (const name of Object.keys(now.props)) setProp(el, name, before.props[name], now.props[name]);
  patchChildren(el, before.children, now.children, svg || now.tag === "svg");
  if ("value" in now.props && el.value !== now.props.value) el.value = now.props.value;
  now.props.sync?.(el);
}

function patchChildren(el, before, now, svg) {
  const keyed = new Map();
  const plain = [];
  for (const old of before) old.key === undefined ? plain.push(old) : keyed.set(old.key, old);
  let place = 0;
  const taken = new Set();
  const pairs = now.map((next) => {
    let old = next.key === undefined ? plain[place++] : keyed.get(next.key);
    if (old && !sameKind(old, next)) old = undefined;
    if (old) taken.add(old);
    return old;
  });
  for (const old of before) if (!taken.has(old)) old.el.remove();
  let cursor = el.firstChild;
  now.forEach((next, i) => {
    if (pairs[i]) {
      const was = pairs[i].el;
      if (cursor === was) cursor = was.nextSibling;
      patch(pairs[i], next, svg);
      if (was !== next.el && cursor === was) cursor = next.el;
    } else create(next, svg);
    if (next.el.nextSibling === cursor && next.el.parentNode === el) return;
    if (cursor && cursor.nextSibling === next.el) cursor = next.el.nextSibling; // the one before has moved away; it is put back at its turn
    else el.insertBefore(next.el, cursor);
  });
}

// Keeps one tree inside an element; focus survives what moves.
function stage(el) {
  let shown = null;
  return (tree) => {
    if (!shown) {
      el.replaceChildren(create(tree));
    } else {
      const held = document.activeElement;
      const range = held && "selectionStart" in held && held.matches("textarea, input[type=text], input:not([type])") ? [held.selectionStart, held.selectionEnd] : null;
      patch(shown, tree);
      if (held && held !== document.activeElement && held.isConnected && el.contains(held)) {
        held.focus({ preventScroll: true });
        if (range) held.setSelectionRange(...range);
      }
    }
    shown = tree;
  };
}

const ICONS = {
  check: ["m5 12.5 4.7 4.7L19 7.5"], close: ["m7 7 10 10M17 7 7 17"], add: ["M12 5v14M5 12h14"], minus: ["M5 12h14"],
  link: ["M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1", "M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1"],
  people: ["M9 11.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM3 19c.4-3.3 2.8-5 6-5s5.600 1.700 6 5", "M16 5.400a3 3 0 0 1 0 5.900M17.500 14.300c2 .6 3.200 2.200 3.500 4.700"],
  mask: ["M3.500 8.500c2.500-1.300 5.500-2 8.500-2s6 .7 8.500 2c.3 5.500-1.700 9-4.700 9-1.900 0-2.500-1.700-3.800-1.700s-1.900 1.700-3.800 1.700c-3 0-5-3.500-4.700-9Z", "M7.500 11.500c1-.7 2-.7 2.800 0M13.700 11.500c.8-.7 1.800-.7 2.800 0"],
  clock: ["M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Z", "M12 7.500V12l3 2"], undo: ["M9 7 4.500 11.500 9 16", "M5 11.500h9a5 5 0 0 1 0 10h-2"],
  eye: ["M3 12c2.300-4 5.300-6 9-6s6.700 2 9 6c-2.300 4-5.300 6-9 6s-6.700-2-9-6Z", "M12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z"],
  hidden: ["M4 4l16 16", "M9.500 6.400A9 9 0 0 1 12 6c3.700 0 6.700 2 9 6a14 14 0 0 1-2.400 3.100M6 7.800A13 13 0 0 0 3 12c2.300 4 5.300 6 9 6 1.500 0 2.800-.3 4-.9"],
  right: ["M5 12h13M12.500 6.500 18 12l-5.500 5.500"], left: ["M19 12H6M11.500 6.500 6 12l5.500 5.500"],
  up: ["m6.500 14.500 5.500-5.500 5.500 5.500"], below: ["m6.500 9.500 5.500 5.500 5.500-5.500"],
  grip: ["M9 6.500v.1M15 6.500v.1M9 12v.1M15 12v.1M9 17.500v.1M15 17.500v.1"], pin: ["M9 4h6l-1 6 3.500 3.500h-11L10 10Z", "M12 13.500V20"],
  trash: ["M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7"], pen: ["m5 19 1-4L16 5l3 3L9 18Z"],
  spark: ["M12 4c.6 4.500 3 7 7.500 8-4.500 1-6.900 3.500-7.500 8-.6-4.500-3-7-7.500-8C9 11 11.400 8.500 12 4Z"],
  again: ["M19.500 12a7.500 7.500 0 1 1-2.200-5.300L20 9.400", "M20 4.500v4.900h-4.900"], lesson: ["M4 6.500c3-.6 5.700 0 8 1.700 2.300-1.700 5-2.300 8-1.700v12c-3-.6-5.700 0-8 1.700-2.300-1.700-5-2.300-8-1.700Z", "M12 8.200v12"],
  flag: ["M6 20V4.500M6 5c4-2 7.500 2 12 0v8.500c-4.500 2-8-2-12 0"], chat: ["M4 5.500h16v11H11L6.500 20v-3.500H4Z"], plan: ["M4 6.500h9M4 12h16M4 17.500h12M17 4.500v4"],
  alert: ["M12 4 2.800 19.500h18.400Z", "M12 10v4.500M12 17v.1"], metric: ["M4 19.500h16M6 16l4.500-5 3.500 3 5-7"], out: ["M10 5H5v14h14v-5M13 5h6v6M19 5l-8 8"],
  day: ["M5 6.500h14v13H5ZM5 10.500h14M9 4v4M15 4v4"], wait: ["M7 4h10M7 20h10M8 4c0 5 8 5 8 8s-8 3-8 8M16 4c0 5-8 5-8 8s8 3 8 8"], good: ["M7 11v8H4v-8ZM7 11l4-7c1.500 0 2.300 1 2 2.500L12.500 10h5.700c1.300 0 2 1 1.700 2.200l-1.300 5.300c-.2.900-.9 1.500-1.900 1.500H7"],
  bad: ["M7 13V5H4v8ZM7 13l4 7c1.500 0 2.300-1 2-2.500L12.500 14h5.700c1.300 0 2-1 1.700-2.200l-1.300-5.300c-.2-.9-.9-1.500-1.900-1.500H7"], idea: ["M9 17.500c0-2-3-3.500-3-7a6 6 0 0 1 12 0c0 3.500-3 5-3 7ZM9.500 20.500h5"], lucky: ["M12 4l2.300 5.200 5.700.6-4.200 3.800 1.200 5.600-5-2.900-5 2.900 1.200-5.600L4 9.800l5.700-.6Z"], neutral: ["M5 5h14v9l-5 5H5Z", "M14 19v-5h5"], action: ["M13 3.500 5.500 13.500H11l-1 7 7.500-10.500H12Z"],
};

const icon = (name, props) =>
  h("svg", { class: "rbi", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", ...props }, (ICONS[name] ?? ICONS.neutral).map((d) => h("path", { d })));

// Faces from 1 (worst) to 5 (best).
const MOUTHS = ["M8 16.800c1.200-2 2.500-2.600 4-2.600s2.800.6 4 2.600", "M8.500 16.200c1-1 2.100-1.400 3.500-1.400s2.500.4 3.500 1.400", "M8.500 15.500h7", "M8.500 14.500c1 1.100 2.100 1.500 3.500 1.500s2.500-.4 3.500-1.500", "M7.500 13.500c.8 2.400 2.300 3.500 4.500 3.500s3.700-1.100 4.500-3.500Z"];
const face = (level) =>
  h("svg", { class: "rb-face", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    h("circle", { class: "rb-face-skin", cx: 12, cy: 12, r: 9.5 }),
    h("circle", { class: "rb-face-eye", cx: 8.8, cy: 9.8, r: 1.15 }), h("circle", { class: "rb-face-eye", cx: 15.2, cy: 9.8, r: 1.15 }),
    h("path", { d: MOUTHS[level - 1], class: level === 5 ? "rb-face-grin" : "rb-face-mouth" }));
