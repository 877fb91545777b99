// A plan that was opened from its results workbook, without its page: figures and sheets.
import {byId, dataTable, digits, get, make, money, showError, tonnes} from "./parts.js";

const ROWS_PER_BLOCK = 300;

export function openedParts(run) {
  const tile = (name, words) =>
    make("div", {class: "tile"}, make("dt", {}, name), make("dd", {}, words));
  const costs = Object.entries(run.costs).filter(([, value]) => Math.abs(value) >= 0.005);
  const sheets = make(
    "select",
    {id: "opened-sheet", onchange: () => showSheet(run, 0)},
    run.sheets.map((sheet, place) =>
      make("option", {value: place, selected: sheet.name === "Purchases"}, sheet.name),
    ),
  );
  const parts = [
    make(
      "dl",
      {class: "tiles"},
      tile("Total cost", money(run.objective, run.currency)),
      tile("Short", tonnes(run.shortage)),
      tile("Lawful", run.lawful || "–"),
      tile("Audit", run.audit.passed ? "passed" : "not passed"),
    ),
    make(
      "p",
      {class: "note"},
      "Cost and tonnes are those of the workbook as it is now. Result, lawful and audit are as they " +
        "were when it was written: whether a row was changed since cannot be seen.",
    ),
    ...run.lawful_notes.map(note => make("p", {class: "note"}, note)),
    dataTable(
      "Cost by category",
      ["cost", "present value"],
      costs.map(([name, value]) =>
        make(
          "tr",
          {},
          make("th", {scope: "row"}, name),
          make("td", {class: "number"}, money(value, run.currency)),
        ),
      ),
      new Set([1]),
    ),
    make(
      "div",
      {class: "tools"},
      make("label", {for: "opened-sheet"}, "Sheet"),
      sheets,
      make("span", {id: "opened-rows", class: "note"}),
    ),
    make("div", {id: "opened-grid", class: "scroll", tabindex: 0, role: "region"}),
  ];
  queueMicrotask(() => showSheet(run, 0));
  return parts;
}

async function showSheet(run, first) {
  const place = Number(byId("opened-sheet")?.value || 0);
  let block;
  try {
    block = await get(`runs/${run.number}/cells?sheet=${place}&first=${first}`);
  } catch (error) {
    return showError(error.message);
  }
  const grid = byId("opened-grid");
  if (!grid || Number(byId("opened-sheet").value) !== place) return undefined;
  const sheet = run.sheets[place];
  grid.setAttribute("aria-label", `Cells of ${sheet.name}`);
  byId("opened-rows").textContent =
    sheet.rows > ROWS_PER_BLOCK
      ? `first ${digits(ROWS_PER_BLOCK)} of ${digits(sheet.rows)} rows; the workbook has all`
      : "";
  return grid.replaceChildren(
    make(
      "table",
      {class: "cells"},
      make(
        "tbody",
        {},
        block.rows.map((row, number) =>
          make(
            "tr",
            {},
            make("th", {scope: "row"}, first + number + 1),
            row.map(value =>
              make(
                "td",
                {class: typeof value === "number" ? "number" : null},
                typeof value === "number" ? shownNumber(value) : value,
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

// A number for reading: the workbook has every digit.
function shownNumber(value) {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size < 1 ? String(Number(value.toPrecision(4))) : digits(value, size < 1000 ? 3 : 1);
}
