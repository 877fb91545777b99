// Correcting cells in place: the keys of a spreadsheet, one cell in the order of Tab.
import {byId, columnLetters, make, showError} from "./parts.js";

export const cellId = (row, column) => `cell-${row}-${column}`;
const MAX_CELL_CHARACTERS = 400; // as the server has them: a longer cell is cut
const MOVES = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

const placeOf = cell => cell.id.split("-").slice(1).map(Number);

// Makes the cells of a table correctable. value: what a cell holds; correct: called with a place
// and the new text, true if it was taken; name: of the sheet.
export function makeEditable(table, {value, correct, name}) {
  table.addEventListener("keydown", event => {
    const cell = event.target.closest("td[id]");
    if (cell && event.target === cell) onKey(event, cell);
  });
  table.addEventListener("dblclick", event => {
    const cell = event.target.closest("td[id]");
    if (cell) edit(cell);
  });
  table.addEventListener("click", event => {
    const cell = event.target.closest("td[id]");
    if (cell && event.target.tagName !== "INPUT") focusCell(cell);
  });
  table.addEventListener("focusin", event => {
    if (event.target.matches("td[id]")) setTabStop(table, event.target);
  });
  setTabStop(table, table.querySelector("tbody td[id]"));

  function onKey(event, cell) {
    const move = MOVES[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (move) {
      event.preventDefault();
      moveFrom(cell, move);
    } else if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      edit(cell);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      if (value(...placeOf(cell)) !== "") finish(cell, "", cell);
    } else if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      const cells = cell.parentElement.querySelectorAll("td[id]");
      focusCell(cells[event.key === "Home" ? 0 : cells.length - 1]);
    } else if (event.key.length === 1 && event.key !== " ") {
      event.preventDefault();
      edit(cell, event.key);
    }
  }

  function edit(cell, typed) {
    if (cell.querySelector("input")) return;
    const before = String(value(...placeOf(cell)));
    if (before.length >= MAX_CELL_CHARACTERS) {
      showError("The text of this cell is too long to be corrected here: correct it in Excel.");
      return;
    }
    const [row, column] = placeOf(cell);
    const shown = [...cell.childNodes];
    const input = make("input", {
      class: "entry",
      "aria-label": `New value of ${name}!${columnLetters(column)}${row + 1}`,
      autocomplete: "off",
      spellcheck: "false",
    });
    input.value = typed ?? before;
    cell.replaceChildren(input);
    input.focus();
    if (typed === undefined) input.select();
    let ended = false;
    const end = (taken, next) => {
      if (ended) return;
      ended = true;
      const text = input.value;
      cell.replaceChildren(...shown);
      if (taken && text !== before) finish(cell, text, next || cell);
      else if (next) focusCell(next);
    };
    input.addEventListener("keydown", keyEvent => {
      keyEvent.stopPropagation();
      const step = {Enter: [1, 0], Tab: [0, keyEvent.shiftKey ? -1 : 1]}[keyEvent.key];
      if (step) {
        keyEvent.preventDefault();
        end(true, neighbour(cell, step) || cell);
      } else if (keyEvent.key === "Escape") {
        keyEvent.preventDefault();
        end(false, cell);
      }
    });
    input.addEventListener("blur", () => end(true, null));
  }

  function finish(cell, text, next) {
    correct(placeOf(cell), text, placeOf(next)).then(taken => {
      if (!taken && cell.isConnected) focusCell(cell);
    });
  }
}

function setTabStop(table, cell) {
  table.querySelector("td[tabindex='0']")?.setAttribute("tabindex", -1);
  cell?.setAttribute("tabindex", 0);
}
function neighbour(cell, [down, right]) {
  const [row, column] = placeOf(cell);
  return byId(cellId(row + down, column + right));
}
function moveFrom(cell, step) {
  const next = neighbour(cell, step);
  if (next) focusCell(next);
}
function focusCell(cell) {
  cell.focus({preventScroll: true});
  cell.scrollIntoView({block: "nearest", inline: "nearest"});
}
