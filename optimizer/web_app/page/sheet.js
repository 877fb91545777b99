// The workbook: check report beside cells. Findings are marked; a click on one leads to its cell.
import {checkReport, sentence, showSaved} from "./check_report.js";
import {cellId, makeEditable} from "./editing.js";
import {
  announce,
  button,
  byId,
  columnLetters,
  counted,
  digits,
  get,
  hideTip,
  make,
  showError,
  showTip,
} from "./parts.js";

// As the server has them: rows of a block of cells, columns that are shown.
const ROWS_PER_BLOCK = 300;
const MAX_SHOWN_COLUMNS = 400;
const BLANK_ROWS = 5; // below the last one, to write in
const SIGNS = {error: "✕", warning: "!"};
let workbook = null;
let findingsByCell = new Map();
let sheetIndex = 0;
let block = {first: 0, rows: [], columns: 0};
let requestCount = 0;
let reportLine = null;
let pageActions = null;
// Where the cells are to be seen after a correction: cell to focus, position of the scroll bars.
let returnTo = null;

const key = (index, row, column) => `${index}:${row}:${column}`;
const sentenceWithSeverity = finding =>
  `${finding.severity === "error" ? "Error" : "Warning"}: ${sentence(finding)}`;

// Shows a workbook. The same workbook is not drawn again. actions: what the buttons call.
export function showWorkbook(next, actions, busy) {
  pageActions = actions;
  byId("empty").hidden = Boolean(next);
  byId("opened").hidden = !next;
  if (!next) return;
  const first = byId("make");
  if (first && workbook && workbook.number === next.number) {
    first.disabled = busy || !solvable(next);
    showSaved(next);
    return;
  }
  const before =
    workbook && workbook.name === next.name && workbook.sheets[sheetIndex]
      ? workbook.sheets[sheetIndex].name
      : "";
  workbook = next;
  findingsByCell = new Map();
  for (const finding of workbook.findings) {
    for (const position of positionsOf(finding)) {
      const index = key(...position);
      findingsByCell.set(index, [...(findingsByCell.get(index) || []), finding]);
    }
  }
  byId("opened").replaceChildren(
    toolbar(actions, busy),
    workbook.read_error
      ? errorBox()
      : make("div", {class: "beside"}, checkReport(workbook, showFinding, correct), sheetTabs()),
  );
  showSaved(next);
  if (workbook.read_error) return;
  const sameSheet = workbook.sheets.findIndex(each => each.name === before);
  const finding = workbook.findings.find(each => each.position);
  const filled = workbook.sheets.findIndex(each => each.name === "Supply");
  const start = sameSheet >= 0 ? sameSheet : finding ? finding.position[0] : Math.max(0, filled);
  if (returnTo) openSheet(returnTo.sheet, returnTo.row);
  else if (workbook.sheets.length)
    openSheet(start, finding && finding.position[0] === start ? finding.position[1] : 0);
}

export const solvable = checked => !checked.read_error && !checked.errors;
export function verdict(checked) {
  if (checked.read_error) return "This file cannot be read";
  const warnings = checked.warnings ? counted(checked.warnings, "warning") : "no warnings";
  return checked.errors
    ? `${counted(checked.errors, "error")}, ${warnings}`
    : `Ready to solve: no errors, ${warnings}`;
}

function toolbar(actions, busy) {
  return make(
    "div",
    {class: "line"},
    make("h2", {}, workbook.name),
    make("span", {class: `badge ${solvable(workbook) ? "good" : "bad"}`}, verdict(workbook)),
    make("span", {class: "gap"}),
    make(
      "button",
      {
        type: "button",
        id: "make",
        class: "first",
        disabled: busy || !solvable(workbook),
        onclick: () => actions.solve({cost_of_rules: byId("cost-of-rules").checked}),
      },
      "Make the plan",
    ),
    make(
      "label",
      {class: "check", title: "Also solve without each rule, once for each"},
      make("input", {type: "checkbox", id: "cost-of-rules"}),
      "with rule costs",
    ),
    button("Save a copy", {id: "save"}, actions.save),
    workbook.can_reload
      ? make("button", {type: "button", id: "again", onclick: actions.reload}, "Reload file")
      : null,
    workbook.findings.length
      ? make("a", {class: "button", id: "marked", href: "marked", download: ""}, "Marked copy")
      : null,
    make("label", {class: "button", for: "file"}, "Open …"),
  );
}

function errorBox() {
  return make("div", {class: "alerts bad", id: "trouble"}, make("p", {}, workbook.read_error));
}

// Asks the server to correct a cell; focus goes to the next one when the cells are drawn again.
async function correct([sheet, row, column], text, next) {
  const grid = byId("grid");
  const sameSheet = sheet === sheetIndex;
  returnTo = {
    sheet,
    row: next[0],
    column: next[1],
    top: sameSheet ? grid.scrollTop : null,
    left: sameSheet ? grid.scrollLeft : null,
  };
  const taken = await pageActions.correct({sheet, row, column}, text);
  if (!taken) returnTo = null;
  return taken;
}

async function showFinding(finding, from) {
  const [index, row, column] = finding.position;
  if (index !== sheetIndex || row < block.first || row >= block.first + ROWS_PER_BLOCK)
    await openSheet(index, row);
  const cell = byId(cellId(row, column));
  if (!cell) return;
  reportLine = from;
  document.querySelector(".finding.chosen")?.classList.remove("chosen");
  from.classList.add("chosen");
  cell.scrollIntoView({block: "center", inline: "nearest"});
  cell.focus({preventScroll: true});
  showTip(tooltip(cell), cell.getBoundingClientRect());
}

function sheetTabs() {
  const tab = (each, index) => {
    const findings = workbook.findings.filter(finding =>
      positionsOf(finding).some(position => position[0] === index),
    );
    const errors = findings.filter(finding => finding.severity === "error").length;
    const [sign, number] = errors ? ["✕", errors] : ["!", findings.length];
    return make(
      "button",
      {
        type: "button",
        role: "tab",
        id: `sheet${index}`,
        "aria-controls": "grid",
        onclick: () => openSheet(index),
      },
      each.name,
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
  const tabs = workbook.sheets.map(tab);
  const list = make("div", {class: "tabs", role: "tablist", "aria-label": "Sheets"}, tabs);
  list.addEventListener("keydown", event => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    const target =
      event.key === "Home"
        ? 0
        : event.key === "End"
          ? tabs.length - 1
          : step
            ? sheetIndex + step
            : -1;
    if (!tabs[target]) return;
    event.preventDefault();
    openSheet(target);
    tabs[target].focus();
  });
  return make(
    "div",
    {class: "sheets"},
    list,
    make("div", {class: "tools", id: "pager"}),
    make("div", {class: "scroll", id: "grid", role: "tabpanel"}),
  );
}

// Opens a sheet at the block of rows that holds a row.
async function openSheet(index, row = 0) {
  const requestNumber = ++requestCount;
  const first = Math.floor(row / ROWS_PER_BLOCK) * ROWS_PER_BLOCK;
  sheetIndex = index;
  workbook.sheets.forEach((_, other) => {
    byId(`sheet${other}`).setAttribute("aria-selected", other === index);
    byId(`sheet${other}`).tabIndex = other === index ? 0 : -1;
  });
  byId(`sheet${index}`).scrollIntoView({block: "nearest", inline: "nearest"});
  try {
    const answer = await get(`cells?workbook=${workbook.number}&sheet=${index}&first=${first}`);
    if (requestNumber !== requestCount) return;
    block = answer;
  } catch (error) {
    return showError(error.message);
  }
  const grid = byId("grid");
  grid.setAttribute("aria-label", `Cells of ${workbook.sheets[index].name}`);
  grid.replaceChildren(cellTable());
  grid.scrollTop = 0;
  hideTip();
  drawPager();
  goBack(grid);
}

// After a correction the cells are where they were, and the next one has the focus.
function goBack(grid) {
  if (!returnTo || returnTo.sheet !== sheetIndex) return;
  const {row, column, top, left} = returnTo;
  returnTo = null;
  if (top !== null) grid.scrollTo(left, top);
  const cell = byId(cellId(row, column));
  cell?.focus({preventScroll: true});
  cell?.scrollIntoView({block: "nearest", inline: "nearest"});
}

// The cells of a finding: all of them where it is about several.
const positionsOf = finding =>
  finding.cells.length ? finding.cells : finding.position ? [finding.position] : [];

// Rows and columns of the open sheet that carry findings.
const foundPositions = () =>
  workbook.findings.flatMap(positionsOf).filter(([index]) => index === sheetIndex);

// Last row of the block with a finding, which may be below the filled rows.
function lastMarkedRow() {
  const rows = foundPositions().map(([, row]) => row - block.first);
  return Math.max(-1, ...rows.filter(row => row >= 0 && row < ROWS_PER_BLOCK));
}

function cellTable() {
  const marked = foundPositions().map(([, , column]) => Math.min(column + 1, MAX_SHOWN_COLUMNS));
  const columnCount = Math.max(block.columns, ...marked, 1);
  const isLast = block.first + ROWS_PER_BLOCK >= workbook.sheets[sheetIndex].rows;
  const rows = Math.max(block.rows.length, lastMarkedRow() + 1) + (isLast ? BLANK_ROWS : 0);
  const {header} = workbook.sheets[sheetIndex];
  const columns = Array.from({length: columnCount}, (_, column) => column);
  const corrected = new Map(workbook.corrections.map(each => [key(...each.cell), each]));
  const table = make(
    "table",
    {
      class: "cells",
      role: "grid",
      "aria-label": `Cells of ${workbook.sheets[sheetIndex].name}`,
    },
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("td", {}),
        columns.map(column => make("th", {scope: "col"}, columnLetters(column))),
      ),
    ),
    make(
      "tbody",
      {},
      Array.from({length: rows}, (_, index) => {
        const row = block.first + index;
        return make(
          "tr",
          {class: row === header ? "head" : null},
          make("th", {scope: "row"}, row + 1),
          columns.map(column => cell(row, column, valueAt(row, column), corrected)),
        );
      }),
    ),
  );
  makeEditable(table, {
    value: valueAt,
    correct: (place, text, next) => correct([sheetIndex, ...place], text, next),
    name: workbook.sheets[sheetIndex].name,
  });
  return table;
}
const valueAt = (row, column) => (block.rows[row - block.first] || [])[column] ?? "";

function cell(row, column, value, corrected) {
  const findings = findingsByCell.get(key(sheetIndex, row, column));
  const number = typeof value === "number";
  const text = number ? shownNumber(value) : value;
  const correction = corrected.get(key(sheetIndex, row, column));
  const kind = `${number ? "number" : ""} ${correction ? "corrected" : ""}`.trim();
  const common = {id: cellId(row, column), tabindex: -1};
  const was = correction ? `was: ${correction.before === "" ? "empty" : correction.before}` : null;
  if (!findings)
    return make(
      "td",
      {...common, class: kind || null, title: was || (text.length > 30 ? text : null)},
      text,
    );
  const severity = findings.some(finding => finding.severity === "error") ? "error" : "warning";
  const element = make(
    "td",
    {...common, class: `${severity} ${kind}`},
    make("span", {class: "sign", "aria-hidden": "true"}, SIGNS[severity]),
    text,
    make("span", {class: "unseen"}, ` ${findings.map(sentenceWithSeverity).join(". ")}`),
  );
  element.addEventListener("pointerenter", () =>
    showTip(tooltip(element), element.getBoundingClientRect()),
  );
  element.addEventListener("pointerleave", () => {
    if (document.activeElement !== element) hideTip();
  });
  element.addEventListener("focus", () =>
    showTip(tooltip(element), element.getBoundingClientRect()),
  );
  element.addEventListener("blur", hideTip);
  return element;
}
const shownNumber = value => String(Number(value.toPrecision(12)));

function tooltip(element) {
  const [, row, column] = element.id.split("-").map(Number);
  const findings = findingsByCell.get(key(sheetIndex, row, column));
  return (
    `${workbook.sheets[sheetIndex].name}!${columnLetters(column)}${row + 1}\n` +
    `${findings.slice(0, 8).map(sentenceWithSeverity).join("\n")}` +
    (findings.length > 8 ? `\n… and ${findings.length - 8} more` : "")
  );
}

function drawPager() {
  const total = workbook.sheets[sheetIndex].rows;
  const pager = byId("pager");
  pager.hidden = total <= ROWS_PER_BLOCK;
  if (pager.hidden) return pager.replaceChildren();
  const last = Math.min(total, block.first + ROWS_PER_BLOCK);
  const turn = (label, first) =>
    button(label, {disabled: first < 0 || first >= total}, () => openSheet(sheetIndex, first));
  pager.replaceChildren(
    turn("‹ Rows before", block.first - ROWS_PER_BLOCK),
    make("span", {}, `Rows ${digits(block.first + 1)} to ${digits(last)} of ${digits(total)}`),
    turn("Rows after ›", block.first + ROWS_PER_BLOCK),
  );
  return announce(`Rows ${block.first + 1} to ${last} of ${total}`);
}

// Escape goes back from a cell to the line of the report that led to it.
addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  hideTip();
  if (reportLine?.isConnected && document.activeElement?.id.startsWith("cell-")) reportLine.focus();
});
