// The graph around a record: lines between the record in the middle and its branches, and arrow keys to move.
// The records themselves are links in the page; without this file they are still all there.
const SVG = "http://www.w3.org/2000/svg";

function drawLines(map) {
  const lines = map.querySelector("[data-lines]");
  const center = map.querySelector("[data-center]");
  lines.replaceChildren();
  const frame = map.getBoundingClientRect();
  if (!frame.width || getComputedStyle(lines).display === "none") return;
  lines.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
  const box = (node) => {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    return { left: left - frame.left, right: right - frame.left, y: (top + bottom) / 2 - frame.top };
  };
  const middle = box(center);
  const line = (x1, y1, x2, y2, kind) => {
    const path = document.createElementNS(SVG, "path");
    const bend = (x1 + x2) / 2;
    path.setAttribute("d", `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`);
    path.setAttribute("class", kind);
    lines.append(path);
  };
  const arrow = (x, y, towards) => {
    const mark = document.createElementNS(SVG, "path");
    mark.setAttribute("d", `M${x} ${y}l${-7 * towards} -4.5v9z`);
    mark.setAttribute("class", "tip");
    lines.append(mark);
  };
  map.querySelectorAll("[data-branch]").forEach((branch) => {
    const left = branch.closest(".left") !== null;
    const head = box(branch.querySelector("h3"));
    const side = left ? -1 : 1;
    const from = left ? middle.left : middle.right;
    const to = left ? head.right + 4 : head.left - 4;
    const forward = branch.dataset.forward === "true";
    const y = middle.y + Math.max(-40, Math.min(40, (head.y - middle.y) / 5));
    line(from + (forward ? 0 : 7 * side), y, to - (forward ? 7 * side : 0), head.y, "stem");
    if (forward) arrow(to, head.y, side);
    else arrow(from, y, -side);
    const trunk = left ? head.right - 10 : head.left + 10;
    branch.querySelectorAll("li").forEach((item) => {
      const twig = box(item.firstElementChild);
      const edge = left ? twig.right : twig.left;
      const path = document.createElementNS(SVG, "path");
      const top = branch.querySelector("h3").getBoundingClientRect().bottom - frame.top;
      path.setAttribute("d", `M${trunk} ${top}V${twig.y - 8}q0 8 ${(edge - trunk) / 2} 8H${edge}`);
      path.setAttribute("class", "twig");
      lines.append(path);
    });
  });
}

// Up and down along a side, left and right through the middle.
function walkKeys(map, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const center = map.querySelector("[data-center]");
  const here = document.activeElement?.closest("a.rb-node, [data-center]");
  if (!here || !map.contains(here) || (here === center && document.activeElement !== center)) return;
  const sideOf = (node) => (node === center ? "" : node.closest(".left") ? "left" : "right");
  const along = (side) => [...map.querySelectorAll(`.rb-side.${side} a.rb-node`)];
  const nearest = (side) => {
    const height = (node) => node.getBoundingClientRect().top + node.offsetHeight / 2;
    return along(side).sort((a, b) => Math.abs(height(a) - height(center)) - Math.abs(height(b) - height(center)))[0];
  };
  const side = sideOf(here);
  let next = null;
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    const towards = event.key === "ArrowLeft" ? "left" : "right";
    next = side === towards ? null : side ? center : nearest(towards);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const line = side ? along(side) : [];
    next = side ? line[line.indexOf(here) + (event.key === "ArrowDown" ? 1 : -1)] : nearest("right") ?? nearest("left");
  } else return;
  event.preventDefault();
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function mountWalks(root = document) {
  root.querySelectorAll("[data-map]").forEach((map) => {
    if (map.dataset.mounted) return;
    map.dataset.mounted = "true";
    new ResizeObserver(() => drawLines(map)).observe(map);
    map.addEventListener("keydown", (event) => walkKeys(map, event));
    drawLines(map);
  });
}
if (typeof document !== "undefined") mountWalks();
