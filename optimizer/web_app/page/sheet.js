// The workbook: check report beside cells. Findings are marked; a click on one leads to its cell.
import {
  byId,
  complain,
  counted,
  digits,
  get,
  hideTip,
  letters,
  make,
  say,
  showTip,
} from "./parts.js";

const BLOCK = 300;
const SIGN = {error: "✕", warning: "!"};
let book = null;
let marks = new Map();
let sheet = 0;
let block = {first: 0, rows: [], wide: 0};
let asked = 0;
let came = null;

const key = (place, row, column) => `${place}:${row}:${column}`;
const sentence = finding => finding.message + (finding.hint ? `; ${finding.hint}` : "");
const spoken = finding =>
  `${finding.severity === "error" ? "Error" : "Warning"}: ${sentence(finding)}`;

// Shows a workbook; acts holds what the buttons do. Nothing is drawn again for the same workbook.
export function showBook(next, acts, busy) {
  byId("empty").hidden = Boolean(next);
  byId("opened").hidden = !next;
  if (!next) return;
  const button = byId("make");
  if (button && book && book.number === next.number) {
    button.disabled = busy || !sound(next);
    return;
  }
  const before =
    book && book.name === next.name && book.sheets[sheet] ? book.sheets[sheet].name : "";
  book = next;
  marks = new Map();
  for (const finding of book.findings) {
    if (!finding.at) continue;
    const place = key(...finding.at);
    marks.set(place, [...(marks.get(place) || []), finding]);
  }
  byId("opened").replaceChildren(
    head(acts, busy),
    book.trouble ? trouble() : make("div", {class: "beside"}, report(), sheets()),
  );
  if (book.trouble) return;
  const kept = book.sheets.findIndex(one => one.name === before);
  const first = book.findings.find(finding => finding.at);
  const start = kept >= 0 ? kept : first ? first.at[0] : 0;
  if (book.sheets.length) open(start, first && first.at[0] === start ? first.at[1] : 0);
}

export const sound = one => !one.trouble && !one.errors;
export function verdict(one) {
  if (one.trouble) return "This file cannot be read";
  const warned = one.warnings ? counted(one.warnings, "warning") : "no warnings";
  return one.errors
    ? `${counted(one.errors, "error")}, ${warned}`
    : `Ready to solve: no errors, ${warned}`;
}

function head(acts, busy) {
  return make(
    "div",
    {class: "line"},
    make("h2", {}, book.name),
    make("span", {class: `badge ${sound(book) ? "good" : "bad"}`}, verdict(book)),
    make("span", {class: "gap"}),
    make(
      "button",
      {
        type: "button",
        id: "make",
        class: "first",
        disabled: busy || !sound(book),
        onclick: acts.solve,
      },
      "Make the plan",
    ),
    book.again
      ? make("button", {type: "button", id: "again", onclick: acts.again}, "Read the file again")
      : null,
    book.findings.length
      ? make("a", {class: "button", id: "marked", href: "marked", download: ""}, "Marked copy")
      : null,
    make(
      "label",
      {class: "button", for: "file"},
      book.again ? "Another workbook …" : "Choose again …",
    ),
  );
}

function trouble() {
  return make("div", {class: "alerts bad", id: "trouble"}, make("p", {}, book.trouble));
}

function report() {
  const groups = ["error", "warning"].map(severity => [
    severity,
    book.findings.filter(finding => finding.severity === severity),
  ]);
  const left = book.errors + book.warnings - book.findings.length;
  return make(
    "div",
    {class: "report", role: "region", "aria-label": "Check report"},
    groups
      .filter(([, found]) => found.length)
      .map(([severity, found]) => [
        make(
          "h3",
          {class: severity === "error" ? "bad" : "warn"},
          counted(severity === "error" ? book.errors : book.warnings, severity),
        ),
        make(
          "ol",
          {class: "findings"},
          found.map(finding => make("li", {}, entry(finding))),
        ),
      ]),
    left > 0 ? make("p", {class: "note"}, `And ${digits(left)} more: see the marked copy.`) : null,
    book.findings.length ? null : make("p", {}, "Nothing to complain of."),
    make(
      "p",
      {class: "note"},
      book.errors
        ? "Mend the cells in your own workbook, save it, and " +
            (book.again ? "read the file again." : "choose or drop it again.")
        : null,
    ),
  );
}

function entry(finding) {
  const words = [
    make("b", {}, finding.place),
    finding.column ? ` (${finding.column})` : "",
    make("span", {}, sentence(finding)),
  ];
  if (!finding.at) return make("div", {class: `finding ${finding.severity}`}, words);
  return make(
    "button",
    {
      type: "button",
      class: `finding ${finding.severity}`,
      onclick: event => jump(finding, event.currentTarget),
    },
    words,
  );
}

async function jump(finding, from) {
  const [place, row, column] = finding.at;
  if (place !== sheet || row < block.first || row >= block.first + BLOCK) await open(place, row);
  const cell = byId(`cell-${row}-${column}`);
  if (!cell) return;
  came = from;
  document.querySelector(".finding.chosen")?.classList.remove("chosen");
  from.classList.add("chosen");
  cell.scrollIntoView({block: "center", inline: "nearest"});
  cell.focus({preventScroll: true});
  showTip(tipOf(cell), cell.getBoundingClientRect());
}

function sheets() {
  const tab = (one, place) => {
    const found = book.findings.filter(finding => finding.at && finding.at[0] === place);
    const errors = found.filter(finding => finding.severity === "error").length;
    const [sign, number] = errors ? ["✕", errors] : ["!", found.length];
    return make(
      "button",
      {
        type: "button",
        role: "tab",
        id: `sheet${place}`,
        "aria-controls": "grid",
        onclick: () => open(place),
      },
      one.name,
      number
        ? make(
            "span",
            {
              class: errors ? "bad" : "warn",
              "aria-label": counted(number, errors ? "error" : "warning"),
            },
            ` ${sign}\u00a0${number}`,
          )
        : null,
    );
  };
  const tabs = book.sheets.map(tab);
  const list = make("div", {class: "tabs", role: "tablist", "aria-label": "Sheets"}, tabs);
  list.addEventListener("keydown", event => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    const target =
      event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : step ? sheet + step : -1;
    if (!tabs[target]) return;
    event.preventDefault();
    open(target);
    tabs[target].focus();
  });
  return make(
    "div",
    {class: "sheets"},
    list,
    make("div", {class: "tools", id: "pager"}),
    make("div", {class: "scroll", id: "grid", tabindex: 0, role: "tabpanel"}),
  );
}

// Opens a sheet at the block of rows in which a row stands.
async function open(place, row = 0) {
  const turn = ++asked;
  const first = Math.floor(row / BLOCK) * BLOCK;
  sheet = place;
  book.sheets.forEach((_, other) => {
    byId(`sheet${other}`).setAttribute("aria-selected", other === place);
    byId(`sheet${other}`).tabIndex = other === place ? 0 : -1;
  });
  byId(`sheet${place}`).scrollIntoView({block: "nearest", inline: "nearest"});
  try {
    const told = await get(`cells?book=${book.number}&sheet=${place}&first=${first}`);
    if (turn !== asked) return;
    block = told;
  } catch (error) {
    return complain(error.message);
  }
  const grid = byId("grid");
  grid.setAttribute("aria-label", `Cells of ${book.sheets[place].name}`);
  grid.replaceChildren(
    block.rows.length || lastMark() >= 0
      ? table()
      : make("p", {class: "note"}, "This sheet is empty."),
  );
  grid.scrollTop = 0;
  hideTip();
  turnPages();
}

// Last row of the block that carries a mark: a finding may stand below the filled rows.
function lastMark() {
  const own = [...marks.values()]
    .flat()
    .filter(finding => finding.at[0] === sheet)
    .map(finding => finding.at);
  const inside = own.filter(([, row]) => row >= block.first && row < block.first + BLOCK);
  return Math.max(-1, ...inside.map(([, row]) => row - block.first));
}

function table() {
  const own = [...marks.values()]
    .flat()
    .filter(finding => finding.at[0] === sheet)
    .map(finding => finding.at[2]);
  const wide = Math.max(block.wide, ...own.map(column => Math.min(column, 399) + 1), 1);
  const rows = Math.max(block.rows.length, lastMark() + 1);
  const {head: header} = book.sheets[sheet];
  const columns = Array.from({length: wide}, (_, column) => column);
  return make(
    "table",
    {class: "cells"},
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("td", {}),
        columns.map(column => make("th", {scope: "col"}, letters(column))),
      ),
    ),
    make(
      "tbody",
      {},
      Array.from({length: rows}, (_, place) => {
        const row = block.first + place;
        return make(
          "tr",
          {class: row === header ? "head" : null},
          make("th", {scope: "row"}, row + 1),
          columns.map(column => cell(row, column, (block.rows[place] || [])[column] ?? "")),
        );
      }),
    ),
  );
}

function cell(row, column, value) {
  const found = marks.get(key(sheet, row, column));
  const number = typeof value === "number";
  const text = number ? shownNumber(value) : value;
  if (!found)
    return make(
      "td",
      {class: number ? "number" : null, title: text.length > 30 ? text : null},
      text,
    );
  const severity = found.some(finding => finding.severity === "error") ? "error" : "warning";
  const element = make(
    "td",
    {class: `${severity} ${number ? "number" : ""}`, id: `cell-${row}-${column}`, tabindex: -1},
    make("span", {class: "sign", "aria-hidden": "true"}, SIGN[severity]),
    text,
    make("span", {class: "unseen"}, ` ${found.map(spoken).join(". ")}`),
  );
  element.addEventListener("pointerenter", () =>
    showTip(tipOf(element), element.getBoundingClientRect()),
  );
  element.addEventListener("pointerleave", () => {
    if (document.activeElement !== element) hideTip();
  });
  element.addEventListener("focus", () => showTip(tipOf(element), element.getBoundingClientRect()));
  element.addEventListener("blur", hideTip);
  return element;
}
const shownNumber = value => String(Number(value.toPrecision(12)));

function tipOf(element) {
  const [, row, column] = element.id.split("-").map(Number);
  const found = marks.get(key(sheet, row, column));
  return (
    `${book.sheets[sheet].name}!${letters(column)}${row + 1}\n` +
    `${found.slice(0, 8).map(spoken).join("\n")}` +
    (found.length > 8 ? `\n… and ${found.length - 8} more` : "")
  );
}

function turnPages() {
  const total = book.sheets[sheet].rows;
  const pager = byId("pager");
  pager.hidden = total <= BLOCK;
  if (pager.hidden) return pager.replaceChildren();
  const last = Math.min(total, block.first + BLOCK);
  const button = (label, first) =>
    make(
      "button",
      {type: "button", disabled: first < 0 || first >= total, onclick: () => open(sheet, first)},
      label,
    );
  pager.replaceChildren(
    button("‹ Rows before", block.first - BLOCK),
    make("span", {}, `Rows ${digits(block.first + 1)} to ${digits(last)} of ${digits(total)}`),
    button("Rows after ›", block.first + BLOCK),
  );
  return say(`Rows ${block.first + 1} to ${last} of ${total}`);
}

// Escape goes back from a cell to the line of the report that led there.
addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  hideTip();
  if (came?.isConnected && document.activeElement?.id.startsWith("cell-")) came.focus();
});
