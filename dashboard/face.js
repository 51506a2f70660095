// The switch of dark and light in the head of the page, and the keys that move between cards.
//
// Streamlit keeps a theme for each path apart: a choice is kept once for all of them, and a page that was not told of
// it yet is loaded anew. J and K move to the next card and back, O opens or folds it. No key acknowledges anything.

const KEYS = "__trueupKeys";
const CHOSEN = "trueupTheme";
const OPENERS = "[class*='st-key-open-'] button";

export default function (component) {
  const { parentElement } = component;
  const chosen = window.localStorage.getItem(CHOSEN);
  if (chosen && window.localStorage.getItem(ofThisPath()) !== JSON.stringify(chosen)) {
    if (take(chosen)) return;
  }
  document.documentElement.style.colorScheme = inForce();
  if (!parentElement.querySelector("button.t-theme")) parentElement.append(button());
  window[KEYS] ??= listen();
}

function ofThisPath() {
  return `stActiveTheme-${window.location.pathname}-v2`;
}

function inForce() {
  const app = document.querySelector(".stApp");
  return app && getComputedStyle(app).colorScheme === "dark" ? "dark" : "light";
}

function button() {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "t-theme";
  const other = inForce() === "dark" ? "Light" : "Dark";
  made.title = made.ariaLabel = `${other} screens`;
  made.innerHTML = '<i class="t-icon" data-icon="contrast" aria-hidden="true"></i>';
  made.addEventListener("click", () => {
    window.localStorage.setItem(CHOSEN, other);
    take(other);
  });
  return made;
}

function take(theme) {
  window.localStorage.setItem(ofThisPath(), JSON.stringify(theme));
  if (inForce() === theme.toLowerCase()) return false;
  window.location.reload();
  return true;
}

function listen() {
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const move = { j: 1, k: -1 }[event.key.toLowerCase()];
    const openers = [...document.querySelectorAll(OPENERS)];
    if (move) {
      const next = openers[at(openers) + move] ?? openers[move > 0 ? 0 : openers.length - 1];
      next?.focus();
      next?.scrollIntoView({ block: "nearest" });
    } else if (event.key.toLowerCase() === "o") {
      openers[at(openers)]?.click();
    }
  });
  return true;
}

function at(openers) {
  const card = document.activeElement?.closest("[class*='-card-']");
  return openers.findIndex((each) => card?.contains(each));
}

function typing(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable], [role='dialog']");
}
