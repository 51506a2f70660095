// Has each part of a page drawn anew as soon as Trueup says that something has changed which it shows.
//
// Called at every beat. The socket is opened once for each window; while it is away the page's own clock draws it.

const AGAIN_MS = 2_000;
const WIRE = "__trueupChanges";

// A session is used as long as a page is open, which a cookie can only learn from an answer.
const STAYS_MS = 600_000;
const ASKED = "/_stcore/host-config";

export default function (component) {
  const { path, part } = component.data;
  const wire = (window[WIRE] ??= begin(path));
  const redraw = () => component.setTriggerValue("changed", true);
  wire.parts[part] = redraw;
  return () => {
    if (wire.parts[part] === redraw) delete wire.parts[part];
  };
}

function begin(path) {
  const wire = { parts: {}, open: false };
  // The page comes first: a card is what a person waits for. The strip asks once that has been sent: of what is
  // asked for in one turn, Streamlit draws one part alone.
  wire.redraw = () => {
    wire.parts.page?.();
    setTimeout(() => wire.parts.strip?.());
  };
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const open = () => {
    const socket = new WebSocket(`${scheme}://${location.host}${under()}${path}`);
    socket.onopen = () => (wire.open = true);
    socket.onmessage = () => wire.redraw();
    socket.onclose = () => {
      wire.open = false;
      stay();
      setTimeout(open, AGAIN_MS);
    };
  };
  open();
  setInterval(stay, STAYS_MS);
  return wire;
}

// What stands before the pages' own path, where a proxy serves them under one.
function under() {
  return location.pathname.replace(/\/[^/]*$/, "");
}

// Stay signed in, or be asked again where the session is over. That nobody answers says nothing of it.
function stay() {
  fetch(`${under()}${ASKED}`).then(
    (answer) => answer.status === 401 && location.reload(),
    () => {},
  );
}
