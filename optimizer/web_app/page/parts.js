// Shared parts: elements, formats of numbers, messages and requests to the server.
export const byId = id => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || (value === false && !name.startsWith("aria-")))
      continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : value);
  }
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined) element.append(child);
  return element;
}

export function digits(value, places = 0) {
  const format = new Intl.NumberFormat("en-US", {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
  return format
    .format(value)
    .replace(/^-(?=[0.,]*$)/, "")
    .replace("-", "−");
}
export const counted = (number, word) => `${digits(number)} ${word}${number === 1 ? "" : "s"}`;
export const money = (value, currency) =>
  typeof value === "number"
    ? `${digits(value, Math.abs(value) < 1000 ? 2 : 0)}\u00a0${currency}`
    : "–";
export const tonnes = value =>
  typeof value === "number"
    ? `${digits(value, !value || Math.abs(value) >= 100 ? 0 : Math.abs(value) < 1 ? 3 : 1)}\u00a0t`
    : "–";
export function duration(seconds) {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}\u00a0s`;
  const pad = number => String(number).padStart(2, "0");
  return whole < 3600
    ? `${Math.floor(whole / 60)}:${pad(whole % 60)}\u00a0min`
    : `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}\u00a0h`;
}
export function columnLetters(column) {
  let text = "";
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26))
    text = String.fromCharCode(65 + ((left - 1) % 26)) + text;
  return text;
}

export function announce(text) {
  byId("said").textContent = text;
}
export function showError(text) {
  const alert = byId("alert");
  alert.replaceChildren(
    ...(text
      ? [
          make("span", {}, text),
          make(
            "button",
            {type: "button", "aria-label": "Close the message", onclick: () => showError("")},
            "×",
          ),
        ]
      : []),
  );
  alert.hidden = !text;
}

const NO_ANSWER =
  "The program no longer answers. Start it again, and open the address that it shows.";
async function answer(request) {
  let response;
  let content;
  try {
    response = await request;
    content = await response.json();
  } catch {
    throw new Error(NO_ANSWER);
  }
  if (!response.ok) throw new Error(content.message);
  return content;
}
export const get = address => answer(fetch(address));
export const post = (address, body) => answer(fetch(address, {method: "POST", body}));
export const postOptions = (address, options) => post(address, JSON.stringify(options));

// A button, a table with its headers, and a row of buttons to files of a run.
export const button = (text, attributes, onclick) =>
  make("button", {type: "button", ...attributes, onclick}, text);
export function dataTable(label, heads, rows, numbers = new Set()) {
  return make(
    "div",
    {class: "scroll list", tabindex: 0, role: "region", "aria-label": label},
    make(
      "table",
      {},
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          heads.map((head, place) =>
            make("th", {scope: "col", class: numbers.has(place) ? "number" : null}, head),
          ),
        ),
      ),
      make("tbody", {}, rows),
    ),
  );
}
export function fileLinks(run, workbookName) {
  const file = (word, save = "") => `runs/${run.number}/${word}${save}`;
  const link = (text, href, attributes) => make("a", {class: "button", href, ...attributes}, text);
  const page = run.files.includes("page");
  return [
    run.files.includes("plan")
      ? link(workbookName, file("plan"), {class: "button first", download: ""})
      : null,
    page ? link("Save page", file("page", "?save"), {download: ""}) : null,
    page ? link("New tab", file("page"), {target: "_blank", rel: "noopener"}) : null,
  ];
}
export const pageFrame = run =>
  make("iframe", {
    src: `runs/${run.number}/page#${document.documentElement.dataset.theme}`,
    title: `Page of ${run.label}`,
    "data-run": run.number,
    sandbox: "allow-scripts allow-modals",
  });

const tip = byId("tip");
export function showTip(text, box) {
  tip.textContent = text;
  tip.hidden = false;
  const size = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(6, Math.min(box.left, innerWidth - size.width - 8))}px`;
  tip.style.top =
    (box.bottom + 6 + size.height > innerHeight
      ? Math.max(6, box.top - size.height - 6)
      : box.bottom + 6) + "px";
}
export const hideTip = () => {
  tip.hidden = true;
};
