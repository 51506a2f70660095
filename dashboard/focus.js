// Puts the cursor into the first empty field of the dialog, once for each opening of it.

const FIELDS = "input[type='text']:not([readonly]):not([role='combobox']), textarea";
const TRIES = 20;

export default function ({ data }) {
  if (window.__trueupFocused === data.opening) return;
  window.__trueupFocused = data.opening;
  let tries = 0;
  const place = () => {
    const dialog = document.querySelector("[role='dialog']");
    const fields = dialog ? [...dialog.querySelectorAll(FIELDS)] : [];
    const first = fields.find((field) => !field.value) ?? fields[0];
    first?.focus();
    // The dialog itself takes the focus while it comes in: it is asked for until it is had.
    if (document.activeElement !== first && tries++ < TRIES) setTimeout(place, 50);
  };
  setTimeout(place, 50);
}
