// The page's end of the line to the board: what the server says, what this visitor does, and what could not be sent yet.
const PING_EVERY = 5_000;
const PING_LATE = 9_000;
const ASLEEP_AFTER = 40_000;
const AGAIN_AFTER = 6_000;
const ASK_PATIENCE = 45_000;
const ONCE = new Set(["undo", "set_timer"]); // said twice they would do more than asked

const newKey = () => [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => byte.toString(36).padStart(2, "0")).join("");

// What the browser keeps of a board; a browser that keeps nothing still works.
function keeper(board) {
  const name = (what) => `retrobook-board-${board}${what ? `-${what}` : ""}`;
  return {
    get(what) {
      try { return JSON.parse(localStorage.getItem(name(what))); } catch { return null; }
    },
    set(what, value) {
      try {
        if (value === null || value === undefined) localStorage.removeItem(name(what));
        else localStorage.setItem(name(what), JSON.stringify(value));
      } catch { /* full, or not allowed */ }
    },
    token() {
      try { return localStorage.getItem(name("")); } catch { return null; }
    },
    keepToken(token) {
      try { if (token) localStorage.setItem(name(""), token); } catch { /* not allowed */ }
    },
  };
}

function openLine(model, changed, told) {
  const kept = keeper(model.get("retrospective"));
  const state = {
    link: "starting", you: null, rev: 0, items: new Map(), counts: {}, online: new Set(), skew: 0,
    outbox: [], asks: new Map(), asleep: false, over: null, refused: null,
  };
  const waiting = new Map();
  let asked = 0; // when the first ping went out that nothing has answered yet
  let toSend = true; // what was not confirmed is sent again with the next whole view
  let synced = false;
  let skews = [];

  const now = () => Date.now() + state.skew;
  const clock = (iso) => {
    const skew = Date.parse(iso) - Date.now();
    if (Number.isNaN(skew)) return;
    skews = [...skews.slice(-9), skew];
    state.skew = Math.max(...skews); // messages come late, never early
  };
  const tell = (message) => { try { model.send(message); } catch { /* said again once the line is back */ } };
  const seatKey = () => state.you?.seat ?? "";
  const keepOutbox = () => {
    if (!state.you) return;
    const moves = state.outbox.filter((entry) => !ONCE.has(entry.move.move)).map(({ id, move }) => ({ id, move }));
    kept.set(`outbox-${seatKey()}`, moves.length ? moves : null);
  };

  const push = (entry) => {
    entry.sent = Date.now();
    tell({ type: "move", id: entry.id, move: entry.move });
  };

  // Make a move. It shows at once, is sent until the server has kept it, and goes away when refused.
  const play = (move, { quiet = false } = {}) => {
    const entry = { id: newKey(), move, quiet };
    state.outbox.push(entry);
    keepOutbox();
    const answer = new Promise((resolve) => { entry.resolve = resolve; });
    if (state.link === "open") push(entry);
    changed();
    return answer;
  };

  const settle = (id, result) => {
    const place = state.outbox.findIndex((entry) => entry.id === id);
    if (place < 0) return null;
    const [entry] = state.outbox.splice(place, 1);
    keepOutbox();
    entry.resolve?.(result);
    return entry;
  };

  const ask = (what, args = {}) =>
    new Promise((resolve) => {
      const id = newKey();
      const late = setTimeout(() => { waiting.delete(id); resolve({ error: { code: "late" }, words: null }); }, ASK_PATIENCE);
      waiting.set(id, (answer) => { clearTimeout(late); waiting.delete(id); resolve(answer); });
      tell({ type: "ask", id, what, args });
    });

  // An answer that is asked for once and kept; `stale` asks again while the old one stays in sight.
  const lookUp = (what, args = {}, key = what) => {
    let found = state.asks.get(key);
    if (!found) {
      found = { loading: true, value: null, error: null };
      state.asks.set(key, found);
      ask(what, args).then((answer) => {
        state.asks.set(key, answer.error ? { loading: false, value: null, error: answer.error, words: answer.words } : { loading: false, value: answer.value });
        changed();
      });
    }
    return found;
  };
  const forget = (key) => state.asks.delete(key);

  const takeView = (message) => {
    if (state.you && message.rev < state.rev && message.you?.seat === state.you.seat && !toSend) return;
    const first = state.you?.seat !== message.you.seat;
    if (state.you?.waiting && !message.you.waiting) tell({ type: "sync" }); // let in: with that comes the right to write
    state.you = message.you;
    state.rev = message.rev;
    state.items = new Map(message.items.map((item) => [item.id, item]));
    state.counts = message.counts ?? {};
    if (message.online) state.online = new Set(message.online);
    kept.keepToken(message.token);
    state.link = "open";
    synced = true;
    if (first) {
      const stored = kept.get(`outbox-${seatKey()}`) ?? [];
      const known = new Set(state.outbox.map((entry) => entry.id));
      state.outbox.unshift(...stored.filter((entry) => entry?.id && entry?.move && !known.has(entry.id)));
    }
    if (toSend && !state.you.waiting) {
      toSend = false;
      for (const entry of [...state.outbox]) {
        if (entry.sent && ONCE.has(entry.move.move)) settle(entry.id, { lost: true });
        else push(entry);
      }
    }
    told({ type: "view", first });
  };

  const takePatch = (message) => {
    if (message.rev <= state.rev) return;
    if (message.rev > state.rev + 1) {
      if (synced) tell({ type: "sync" });
      synced = false; // one request is enough
      return;
    }
    state.rev = message.rev;
    for (const id of message.drop) state.items.delete(id);
    for (const item of message.set) state.items.set(item.id, item);
    state.counts = message.counts ?? state.counts;
  };

  const hear = (message) => {
    asked = 0;
    state.asleep = false;
    if (message.now) clock(message.now);
    switch (message.type) {
      case "view": takeView(message); break;
      case "patch": takePatch(message); break;
      case "presence": state.online = new Set(message.online); break;
      case "pong": if (state.link === "gone") { state.link = "lost"; tell({ type: "sync" }); changed(); } return;
      case "link":
        if (message.state === "open") break; // the whole board follows by itself
        if (message.state === "lost") { state.link = "lost"; toSend = true; }
        else { state.link = message.state; for (const entry of [...state.outbox]) settle(entry.id, { lost: true }); }
        break;
      case "done": settle(message.id, { rev: message.rev, said: message.said ?? {} }); break;
      case "refused": {
        if (!message.id) {
          state.refused = message;
          state.link = message.error?.code === "board_closed" ? "closed" : "refused";
          break;
        }
        const entry = settle(message.id, { refused: message.error, words: message.words });
        told({ type: "refused", message, entry });
        break;
      }
      case "answer": waiting.get(message.id)?.(message); break;
      default: return;
    }
    changed();
  };

  const beat = () => {
    if (["closed", "refused"].includes(state.link)) return;
    const silent = asked ? Date.now() - asked : 0;
    asked ||= Date.now();
    tell({ type: "ping" });
    if (silent > PING_LATE && state.link === "open") { state.link = "gone"; toSend = true; changed(); }
    if (silent > ASLEEP_AFTER && !state.asleep && !document.hidden) { state.asleep = true; changed(); }
    if (state.link === "open") for (const entry of state.outbox) if (Date.now() - (entry.sent ?? 0) > AGAIN_AFTER && !ONCE.has(entry.move.move)) push(entry);
  };

  const onMessage = (message) => hear(message);
  model.on("msg:custom", onMessage);
  tell({ type: "token", token: kept.token() });
  const pulse = setInterval(beat, PING_EVERY);
  // The kernel may still have been starting when the first word was said.
  const knock = setInterval(() => { if (state.you || state.link !== "starting") clearInterval(knock); else tell({ type: "token", token: kept.token() }); }, 3_000);
  const awake = () => { if (!document.hidden) beat(); };
  document.addEventListener("visibilitychange", awake);
  addEventListener("online", awake);

  return {
    state, kept, play, ask, lookUp, forget, now,
    shut() {
      model.off("msg:custom", onMessage);
      clearInterval(pulse);
      clearInterval(knock);
      document.removeEventListener("visibilitychange", awake);
      removeEventListener("online", awake);
    },
  };
}
