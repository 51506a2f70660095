// Has the page drawn anew as soon as Trueup says that something has changed which it shows.
//
// Called at every beat. The socket is opened once for each window; while it is away the page's own clock draws it.

const AGAIN_MS = 2_000;
const WIRE = "__trueupChanges";

export default function (component) {
  const wire = (window[WIRE] ??= begin(component.data.path));
  wire.redraw = () => component.setTriggerValue("changed", true);
}

function begin(path) {
  const wire = { redraw: () => {}, open: false };
  const open = () => {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
    socket.onopen = () => (wire.open = true);
    socket.onmessage = () => wire.redraw();
    socket.onclose = () => {
      wire.open = false;
      setTimeout(open, AGAIN_MS);
    };
  };
  open();
  return wire;
}
