// Saves a file that came with the page. Drawn again, it is the same press, and is not saved twice.

const SAVED = "__trueupSaved";
const KEPT_MS = 60_000;

export default function (component) {
  const { press, name, mime, text } = component.data ?? {};
  const saved = (window[SAVED] ??= new Set());
  if (!press || saved.has(press)) return;
  saved.add(press);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: mime }));
  link.download = name;
  link.click();
  // A browser that asks first where to put it reads it later.
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
