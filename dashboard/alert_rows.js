// The rows of the list of alerts. A row is chosen by its alert's number, never by its place: rows that come or go
// move no choice to another alert. What is drawn already stays, so that focus and scroll are kept.

const COLUMNS = [
  ["", "pick"], ["Severity", "severity"], ["About", "about"], ["What", "what"], ["At risk", "exposure", "t-right"],
  ["State", "state"], ["Since, UTC", "since", "t-right"], ["Lasted", "lasted", "t-right t-spare"],
  ["Taken by", "by", "t-spare"], ["Account", "account", "t-spare"],
];

export default function (component) {
  const { parentElement, data, setStateValue, setTriggerValue } = component;
  const box = parentElement.querySelector(":scope > .t-alerts") ?? made(parentElement);
  const kept = box.trueup;
  kept.tell = () => setStateValue("chosen", [...kept.chosen]);
  kept.open = (id) => setTriggerValue("opened", id);
  if (kept.cleared !== data.cleared) {
    kept.cleared = data.cleared;
    kept.chosen = new Set(data.chosen);
  }
  draw(box, kept, data);
}

function made(parent) {
  const box = document.createElement("div");
  box.className = "t-alerts t-scroll";
  box.innerHTML =
    '<table class="t-table t-pickable" aria-label="Alerts, open ones first"><thead><tr></tr></thead><tbody></tbody></table>';
  box.trueup = { chosen: new Set(), rows: new Map() };
  const head = box.querySelector("thead tr");
  for (const [title, name, kind] of COLUMNS) {
    const cell = document.createElement("th");
    cell.scope = "col";
    if (kind) cell.className = kind;
    if (name === "pick") cell.append(tick("Choose every open alert of this page", (on) => every(box, on)));
    else cell.textContent = title;
    head.append(cell);
  }
  parent.append(box);
  return box;
}

function tick(label, changed) {
  const input = document.createElement("input");
  input.type = "checkbox";
  input.ariaLabel = label;
  input.addEventListener("change", () => changed(input.checked));
  return input;
}

function every(box, on) {
  for (const { row } of box.trueup.rows.values()) if (row.choosable) choose(box, row.id, on);
  box.trueup.tell();
  show(box);
}

function choose(box, id, on) {
  if (on) box.trueup.chosen.add(id);
  else box.trueup.chosen.delete(id);
}

function draw(box, kept, data) {
  const body = box.querySelector("tbody");
  const ids = new Set(data.rows.map((row) => row.id));
  for (const [id, { line }] of kept.rows) {
    if (!ids.has(id)) {
      line.remove();
      kept.rows.delete(id);
    }
  }
  data.rows.forEach((row, place) => {
    const known = kept.rows.get(row.id) ?? built(box, row);
    known.row = row;
    fill(known.line, row);
    if (body.children[place] !== known.line) body.insertBefore(known.line, body.children[place] ?? null);
  });
  show(box);
}

function built(box, row) {
  const line = document.createElement("tr");
  for (const [, name, kind] of COLUMNS) {
    const cell = document.createElement("td");
    cell.dataset.name = name;
    if (kind) cell.className = kind;
    if (name === "pick") {
      cell.append(tick(`Choose alert ${row.id}`, (on) => {
        choose(box, row.id, on);
        box.trueup.tell();
        show(box);
      }));
    }
    if (name === "about") {
      const way = document.createElement("a");
      way.className = "t-link";
      way.href = `alert?id=${row.id}`;
      way.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        box.trueup.open(row.id);
      });
      const held = document.createElement("span");
      held.className = "t-second";
      cell.append(way, held);
    }
    if (name === "severity") {
      const sign = document.createElement("i");
      sign.className = "t-icon";
      sign.ariaHidden = "true";
      cell.append(sign, document.createElement("span"));
    }
    line.append(cell);
  }
  const known = { line, row };
  box.trueup.rows.set(row.id, known);
  return known;
}

function fill(line, row) {
  for (const cell of line.children) {
    const name = cell.dataset.name;
    if (name === "pick") {
      cell.firstChild.disabled = !row.choosable;
      cell.firstChild.title = row.choosable ? "" : "Nothing can be said of it: it is over, or not told yet";
    } else if (name === "about") {
      put(cell.firstChild, row.about);
      put(cell.lastChild, row.held && ` ${row.held}`);
    } else if (name === "severity") {
      cell.className = `t-${row.tone}`;
      cell.firstChild.dataset.icon = row.sign;
      put(cell.lastChild, row.severity);
    } else {
      put(cell, row[name]);
    }
  }
}

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function show(box) {
  const { chosen, rows } = box.trueup;
  let all = true;
  let any = false;
  for (const { line, row } of rows.values()) {
    const on = row.choosable && chosen.has(row.id);
    line.firstChild.firstChild.checked = on;
    line.classList.toggle("t-chosen", on);
    if (row.choosable) {
      all &&= on;
      any = true;
    }
  }
  const head = box.querySelector("thead input");
  head.checked = any && all;
  head.disabled = !any;
}
