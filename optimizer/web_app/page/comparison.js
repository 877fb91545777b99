// Two plans side by side: figures, cells of the inputs that differ, and what moved.
import {dataTable, digits, fileLinks, make, money, tonnes} from "./parts.js";

const SHOWN_ROWS = 40;
const UNITS = {run: "", built: ""};

export function comparisonParts(run, runs) {
  const [first, second] = run.plans.map(number => runs.find(each => each.number === number));
  return [
    make(
      "div",
      {class: "line"},
      make("h2", {}, run.name),
      make("span", {class: "gap"}),
      run.state === "done" ? fileLinks(run, "Workbook of the comparison") : null,
    ),
    ...(run.state === "done"
      ? [
          ...run.words.map(words => make("p", {class: "alerts"}, words)),
          make("h3", {}, "Side by side"),
          sideBySide(first, second),
          make("h3", {}, "Why: cells of the inputs that differ"),
          ...inputChanges(run, first, second),
          make("h3", {}, "What moved, and what it costs"),
          ...moves(run, first, second),
        ]
      : [make("div", {class: "alerts bad"}, make("p", {}, run.message))]),
  ];
}

const signed = (value, format) =>
  Math.abs(value) < 5e-4 ? "–" : `${value > 0 ? "+" : ""}${format(value)}`;

function sideBySide(first, second) {
  const sameMoney = first.currency === second.currency;
  const row = (name, values, format, difference = true) =>
    make(
      "tr",
      {},
      make("th", {scope: "row"}, name),
      values.map((value, place) =>
        make("td", {class: "number"}, format(value, [first, second][place].currency)),
      ),
      make(
        "td",
        {class: "number"},
        difference && values.every(value => typeof value === "number")
          ? signed(values[1] - values[0], value => format(value, first.currency))
          : "",
      ),
    );
  const text = value => value || "–";
  const categories = Object.keys({...first.costs, ...second.costs}).filter(name =>
    [first, second].some(run => Math.abs(run.costs?.[name] || 0) >= 0.005),
  );
  const rules = Object.keys({...first.rules, ...second.rules});
  return dataTable(
    "Both plans side by side",
    ["", first.label, second.label, "change"],
    [
      row("workbook", [first.name, second.name], text),
      row("options", [first.note, second.note], text),
      row("result", [first.status, second.status], text),
      row("lawful", [first.lawful, second.lawful], text),
      row("total cost", [first.objective, second.objective], money, sameMoney),
      ...categories.map(name =>
        row(
          name,
          [first, second].map(run => run.costs?.[name] || 0),
          money,
          sameMoney,
        ),
      ),
      row("short", [first.shortage, second.shortage], tonnes),
      ...rules.map(name =>
        row(
          `delivered under rule ${name}`,
          [first, second].map(run => run.rules?.[name] ?? 0),
          tonnes,
        ),
      ),
    ],
    new Set([1, 2, 3]),
  );
}

function more(run, name) {
  const left = run.row_counts[name] - SHOWN_ROWS;
  return left > 0
    ? [make("p", {class: "note"}, `And ${digits(left)} more: see the workbook of the comparison.`)]
    : [];
}

function inputChanges(run, first, second) {
  if (!run.inputs_known)
    return [
      make(
        "p",
        {},
        "Not known: the input of a plan that was opened from its results workbook is not here.",
      ),
    ];
  const name = "Input changes";
  const rows = run.tables[name] || [];
  const follower = [first, second].find(each => each.follows);
  const asked = follower
    ? [make("p", {}, `${follower.label} keeps decisions of another plan: ${follower.note}.`)]
    : [];
  if (!rows.length) return [...asked, make("p", {}, "No cell that matters to the plan differs.")];
  return [
    ...asked,
    dataTable(
      "Cells of the inputs that differ",
      ["cell", "row", "column", "change", first.label, second.label],
      rows
        .slice(0, SHOWN_ROWS)
        .map(each =>
          make(
            "tr",
            {},
            make("th", {scope: "row"}, each.cell),
            make("td", {}, each.row),
            make("td", {}, each.column),
            make("td", {}, each.change),
            make("td", {}, each.before),
            make("td", {}, each.after),
          ),
        ),
    ),
    ...more(run, name),
  ];
}

function moves(run, first, second) {
  const name = "Volume changes";
  const rows = run.tables[name] || [];
  if (!rows.length) return [make("p", {}, "Nothing: both plans buy, make and ship the same.")];
  const amount = (value, kind) => (kind in UNITS ? digits(value, 1) : tonnes(value));
  return [
    dataTable(
      "What moved",
      ["what", "which", first.label, second.label, "change", "money as paid"],
      rows.slice(0, SHOWN_ROWS).map(each =>
        make(
          "tr",
          {},
          make("td", {}, each.kind),
          make("th", {scope: "row"}, each.thing),
          make("td", {class: "number"}, amount(each.before, each.kind)),
          make("td", {class: "number"}, amount(each.after, each.kind)),
          make(
            "td",
            {class: "number"},
            signed(each.change, value => amount(value, each.kind)),
          ),
          make(
            "td",
            {class: "number"},
            signed(each.money, value => money(value, second.currency)),
          ),
        ),
      ),
      new Set([2, 3, 4, 5]),
    ),
    ...more(run, name),
  ];
}
