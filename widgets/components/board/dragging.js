// Real drag and drop with a mouse, a pen or a finger: a card follows the pointer, what it would fall on is marked.
const FAR_ENOUGH = 6;
const LONG_PRESS = 320;
const EDGE = 70;

function watchDrags(root, { may, drop }) {
  const leaving = new AbortController();
  const on = (target, kind, listener, options = {}) => target.addEventListener(kind, listener, { signal: leaving.signal, ...options });
  let drag = null;

  const mark = (over) => {
    if (drag.over === over) return;
    drag.over?.removeAttribute("data-over");
    over?.setAttribute("data-over", "true");
    drag.over = over;
  };

  const look = () => {
    drag.frame = 0;
    if (!drag.ghost) return;
    drag.ghost.style.transform = `translate(${drag.x - drag.dx}px, ${drag.y - drag.dy}px) rotate(1.5deg)`;
    let over = document.elementFromPoint(drag.x, drag.y)?.closest("[data-drop]") ?? null;
    if (over && (!root.contains(over) || over === drag.card)) over = over === drag.card ? over.parentElement.closest("[data-drop]") : null;
    mark(over);
  };

  const roll = () => {
    if (!drag?.ghost) return;
    const scroller = document.elementFromPoint(drag.x, drag.y)?.closest("[data-scrolls]");
    const speed = drag.y < EDGE ? drag.y - EDGE : drag.y > innerHeight - EDGE ? drag.y - innerHeight + EDGE : 0;
    if (speed) {
      (scroller ?? document.scrollingElement).scrollBy(0, speed / 5);
      look();
    }
    requestAnimationFrame(roll);
  };

  const lift = () => {
    const box = drag.card.getBoundingClientRect();
    drag.dx = drag.startX - box.left;
    drag.dy = drag.startY - box.top;
    const ghost = drag.card.cloneNode(true);
    ghost.removeAttribute("data-drop");
    ghost.removeAttribute("data-note");
    ghost.removeAttribute("data-drag-note");
    ghost.classList.add("rb-ghost");
    ghost.setAttribute("aria-hidden", "true");
    ghost.style.width = `${box.width}px`;
    root.append(ghost);
    drag.ghost = ghost;
    drag.card.setAttribute("data-dragged", "true");
    root.setAttribute("data-dragging", "true");
    try { root.setPointerCapture(drag.pointer); } catch { /* gone already */ }
    if (drag.touch) navigator.vibrate?.(12);
    look();
    requestAnimationFrame(roll);
  };

  const end = (commit) => {
    if (!drag) return;
    const { ghost, card, over, key, press, frame } = drag;
    clearTimeout(press);
    cancelAnimationFrame(frame);
    if (ghost) {
      ghost.remove();
      card.removeAttribute("data-dragged");
      over?.removeAttribute("data-over");
      root.removeAttribute("data-dragging");
    }
    drag = null;
    if (ghost && commit && over) drop(key, over.dataset.drop);
  };

  on(root, "pointerdown", (event) => {
    const card = event.target.closest("[data-drag-note]");
    if (!card || drag || event.button || !may() || event.target.closest("button, a, input, textarea, select, summary")) return;
    const touch = event.pointerType === "touch";
    drag = { card, key: card.dataset.dragNote, pointer: event.pointerId, startX: event.clientX, startY: event.clientY, x: event.clientX, y: event.clientY, touch, frame: 0 };
    const grip = event.target.closest("[data-grip]");
    if (touch && !grip) drag.press = setTimeout(lift, LONG_PRESS);
    if (touch && grip) { event.preventDefault(); lift(); }
  });
  on(root, "pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    drag.x = event.clientX;
    drag.y = event.clientY;
    const far = Math.hypot(drag.x - drag.startX, drag.y - drag.startY) > FAR_ENOUGH;
    if (!drag.ghost) {
      if (!far) return;
      if (drag.touch) { end(false); return; } // a finger that scrolls
      lift();
    }
    if (!drag.frame) drag.frame = requestAnimationFrame(look);
  });
  on(root, "pointerup", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    if (drag.ghost) { drag.x = event.clientX; drag.y = event.clientY; look(); }
    end(true);
  });
  on(root, "pointercancel", () => end(false));
  on(root, "touchmove", (event) => { if (drag?.ghost) event.preventDefault(); }, { passive: false });
  on(root, "contextmenu", (event) => { if (drag?.touch) event.preventDefault(); });
  on(root, "dragstart", (event) => { if (event.target.closest?.("[data-drag-note]")) event.preventDefault(); });
  on(root, "selectstart", (event) => { if (drag && !event.target.parentElement?.closest("input, textarea")) event.preventDefault(); });
  on(document, "keydown", (event) => { if (event.key === "Escape" && drag?.ghost) { event.stopPropagation(); end(false); } }, { capture: true });
  return () => { end(false); leaving.abort(); };
}
