// Covers the page when no word has come from Trueup for a while: what stands there is old, whatever its colour.
//
// Called at every beat, which is a run of the page that read the state. The watch is set once for each window and
// outlives the component, so that it works on when the server is gone.

const LIMIT_MS = 10_000;
const CHECK_MS = 500;
const GONE_MS = 30_000;
const ASKING_MS = 20_000;
const HEALTH = "/_stcore/health";
const WATCH = "__trueupSilence";

export default function (component) {
  const { said, why } = component.data ?? {};
  const watch = (window[WATCH] ??= begin());
  watch.why = why ?? "";
  watch.heard = performance.now();
  if (said) {
    watch.said = said;
    watch.at = performance.now();
  }
  watch.check();
}

function begin() {
  const watch = { at: performance.now(), said: "", why: "", cover: null, title: "", icon: null };
  watch.check = () => {
    const now = performance.now();
    const silent = now - watch.at > LIMIT_MS;
    if (silent) {
      show(watch);
    } else if (watch.cover) {
      hide(watch);
    }
    // While somebody looks: a hidden tab hears little, and has not lost anybody.
    watch.since = silent && !document.hidden ? (watch.since ?? now) : null;
    if (watch.since !== null && now - Math.max(watch.since, watch.heard) > GONE_MS) beginAgain(watch);
  };
  setInterval(watch.check, CHECK_MS);
  // A hidden tab's timers are slow, and a frozen one's stand still: look at once when it is seen again.
  for (const name of ["visibilitychange", "pageshow", "focus", "resume", "online"]) {
    (name === "visibilitychange" || name === "resume" ? document : window).addEventListener(name, watch.check);
  }
  // Escape would take Streamlit's own "Connection error" away, and keys would press what is covered.
  for (const name of ["keydown", "keyup", "keypress"]) {
    window.addEventListener(
      name,
      (event) => {
        if (watch.cover) {
          event.stopImmediatePropagation();
          if (!event.ctrlKey && !event.metaKey && !/^F\d+$/.test(event.key)) event.preventDefault();
        }
      },
      true,
    );
  }
  return watch;
}

// The dashboard of this page may stand still, with the socket open. Where one answers, be it another, the page is
// loaded anew from that one; where none does, it stays covered.
function beginAgain(watch) {
  if (watch.asking) return;
  watch.asking = true;
  const rest = () => setTimeout(() => (watch.asking = false), LIMIT_MS);
  fetch(`${location.pathname.replace(/\/[^/]*$/, "")}${HEALTH}`, { cache: "no-store", signal: AbortSignal.timeout(ASKING_MS) }).then(
    (answer) => (answer.ok ? location.reload() : rest()),
    rest,
  );
}

function words(watch) {
  return watch.said ? `no word from Trueup since ${watch.said}` : "no word from Trueup yet";
}

function show(watch) {
  if (!watch.cover) {
    watch.cover = build();
    // Streamlit's "Connection error" makes all beside itself inert, the cover too.
    new MutationObserver(() => awake(watch.cover)).observe(watch.cover, { attributes: true });
    watch.title = document.title;
    watch.icon = picture()?.href ?? null;
    document.activeElement?.blur?.();
  }
  const [head, text] = watch.cover.querySelectorAll("p");
  put(head, words(watch));
  put(
    text,
    watch.why ||
      "What this page showed is old. It is watched on by itself, and comes back as soon as Trueup answers. " +
        "Until then look at the exchange.",
  );
  if (watch.cover.parentNode !== document.body) document.body.append(watch.cover);
  awake(watch.cover);
  for (const each of document.body.children) {
    if (each !== watch.cover && each.tagName !== "SCRIPT") each.inert = true;
  }
  const title = `(no word) Trueup`;
  if (document.title !== title) {
    watch.title = document.title;
    document.title = title;
  }
  const icon = picture();
  if (icon && icon.href !== SILENT) {
    watch.icon = icon.href;
    icon.href = SILENT;
  }
}

function awake(cover) {
  if (cover?.inert) cover.inert = false;
  if (cover?.hasAttribute("aria-hidden")) cover.removeAttribute("aria-hidden");
}

function hide(watch) {
  watch.cover.remove();
  watch.cover = null;
  for (const each of document.body.children) each.inert = false;
  if (document.title === "(no word) Trueup") document.title = watch.title;
  const icon = picture();
  if (icon && watch.icon && icon.href === SILENT) icon.href = watch.icon;
}

function picture() {
  return document.querySelector("link[rel~='icon']");
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function build() {
  const cover = document.createElement("div");
  cover.id = "trueup-silence";
  cover.setAttribute("role", "alertdialog");
  cover.setAttribute("aria-live", "assertive");
  Object.assign(cover.style, {
    position: "fixed",
    inset: "0",
    zIndex: "2147483647",
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    justifyContent: "center",
    gap: "0.75rem",
    padding: "1.5rem",
    textAlign: "center",
    color: "#ffffff",
    background: "#2e1065",
    font: "16px/1.5 system-ui, sans-serif",
    cursor: "default",
    pointerEvents: "auto", // Streamlit's own dialog takes them from the whole body
  });
  const head = document.createElement("p");
  Object.assign(head.style, { margin: "0", fontSize: "1.5rem", fontWeight: "650" });
  const text = document.createElement("p");
  Object.assign(text.style, { margin: "0", maxWidth: "36rem" });
  cover.append(head, text);
  for (const name of ["click", "mousedown", "mouseup", "pointerdown", "touchstart", "contextmenu"]) {
    cover.addEventListener(name, (event) => event.stopPropagation());
  }
  return cover;
}

const SILENT =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><circle cx="32" cy="32" r="30" fill="#7c3aed"/>' +
      '<path d="M18 18 46 46M46 18 18 46" stroke="#fff" stroke-width="8" stroke-linecap="round"/></svg>',
  );
