// What changed between two plans, or between two inputs.
const wordsCard = lines => {
  const most = 10;
  const item = line => make("li", {}, line);
  return lines.length
    ? make(
        "figure",
        {id: "words", "aria-label": "What changed, in words"},
        make("figcaption", {}, make("h3", {}, "In words")),
        make("ul", {class: "words"}, lines.slice(0, most).map(item)),
        lines.length > most
          ? make(
              "details",
              {},
              make("summary", {}, `And ${lines.length - most} more`),
              make("ul", {class: "words"}, lines.slice(most).map(item)),
            )
          : null,
      )
    : null;
};
function plansView() {
  const costs = recordsOf("Cost changes");
  const total = costs.find(row => row.category === "total") || costs[costs.length - 1];
  const parts = costs.filter(row => row !== total);
  const sheet = sheetOf("Volume changes");
  const volumes = recordsOf("Volume changes");
  const kinds = [...new Set(volumes.map(row => row.kind))];
  const unit = row => (["run", "built"].includes(row.kind) ? "" : "\u00a0t");
  const relative = total.before ? total.change / Math.abs(total.before) : null;
  const moved = parts
    .filter(row => !isNegligible(row.change / (total.before || 1)))
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
  const most = 20;
  let kind = "";
  let by = "money";
  const size = row => Math.abs(by === "money" ? row.money : row.change);
  const shown = () =>
    volumes
      .filter(row => !kind || row.kind === kind)
      .filter(row => size(row) > (by === "money" ? 0.005 : 1e-6))
      .sort((a, b) => size(b) - size(a));
  const tooltip = row =>
    `${row.kind} ${row.thing}\n${plainNumber(row.before)} before, ` +
    `${plainNumber(row.after)}${unit(row)} after: ` +
    `${signed(row.change, plainNumber)}${unit(row)}\n` +
    `${signed(row.money, money)} as paid`;
  const words = [
    isNegligible(total.change / (total.before || 1))
      ? `Both plans cost ${money(total.after)}.`
      : `The second plan costs ${money(Math.abs(total.change))} ` +
        (total.change > 0 ? "more" : "less") +
        (isNumber(relative) ? ` (${signed(relative, value => percent(value, 2))})` : "") +
        ": " +
        `${money(total.after)} after ${money(total.before)}.`,
    ...volumes
      .slice(0, 40)
      .map(
        row =>
          `${row.kind[0].toUpperCase()}${row.kind.slice(1)} ${row.thing}: ` +
          `${plainNumber(row.before)}${unit(row)} before, ` +
          `${plainNumber(row.after)}${unit(row)} after ` +
          `(${signed(row.change, plainNumber)}${unit(row)}` +
          (Math.abs(row.money) > 0.005 ? `; ${signed(row.money, money)}` : "") +
          ").",
      ),
    volumes.length ? "" : "Nothing changed.",
  ].filter(Boolean);
  const cost = figure({
    title: isNegligible(total.change / (total.before || 1))
      ? `What changed in cost? Nothing: ${money(total.after)} in both`
      : `What changed in cost? ${money(total.before)} before, ${money(total.after)} after: ` +
        `${signed(total.change, money)}`,
    note:
      `${currency}, present value${horizonSuffix()}, by category: ` +
      "more (right) or less (left) in the second plan.",
    heads: ["category", "before", "after", "change"].map((head, place) =>
      place ? `${head}, ${currency}` : head,
    ),
    rows: () => costs.map(row => [row.category, row.before, row.after, row.change]),
    paint: width =>
      bars(
        width,
        [...moved, total].map(row => ({
          name: row.category,
          value: row.change,
          bold: row === total,
          colour: row === total ? "var(--ink)" : row.change < 0 ? "var(--minus)" : "var(--plus)",
          text: signed(row.change, money),
          tooltip: `${row.category}: ${money(row.before)} before, ${money(row.after)} after`,
        })),
        "Change in cost by category",
      ),
  });
  const things = volumes.length
    ? figure({
        title: () =>
          shown()[0]
            ? `What changed most? ${shown()[0].kind} ${shown()[0].thing}: ` +
              (by === "money"
                ? signed(shown()[0].money, money)
                : signed(shown()[0].change, plainNumber) + unit(shown()[0]))
            : "What changed most? Nothing of this kind",
        note: () =>
          (by === "money"
            ? `${currency} as paid, not discounted (a sale: less revenue)`
            : "Tonnes, units of activity of what is run, number of what is built") +
          ": " +
          `more (right) or less (left) in the second plan${horizonSuffix()}.` +
          andMoreRows(shown().length, most, "change", "Volume changes") +
          andMore(sheet.total - sheet.shown, "change", "Volume changes"),
        tools: [
          selectBox("Kind", [["", "all"], ...kinds.map(each => [each, each])], "", value => {
            kind = value;
            things.repaint();
          }),
          selectBox(
            "By",
            [
              ["money", "money"],
              ["tonnes", "tonnes"],
            ],
            by,
            value => {
              by = value;
              things.repaint();
            },
          ),
        ],
        heads: ["kind", "thing", "before", "after", "change", `money, ${currency}`],
        rows: () =>
          shown().map(row => [row.kind, row.thing, row.before, row.after, row.change, row.money]),
        paint: width =>
          shown().length
            ? bars(
                width,
                shown()
                  .slice(0, most)
                  .map(row => {
                    const value = by === "money" ? row.money : row.change;
                    return {
                      name: `${row.kind} ${row.thing}`,
                      value,
                      colour: value < 0 ? "var(--minus)" : "var(--plus)",
                      text:
                        by === "money"
                          ? `${signed(row.money, money)}` +
                            (isNegligible(row.change)
                              ? ""
                              : `, ${signed(row.change, plainNumber)}${unit(row)}`)
                          : `${signed(row.change, plainNumber)}${unit(row)}`,
                      tooltip: tooltip(row),
                    };
                  }),
                "What moved",
              )
            : make("p", {}, "Nothing changed."),
      })
    : null;
  const dated = recordsOf("Changes by period");
  const sizes = sumBy(
    dated,
    row => `${row.kind} ${row.thing}`,
    row => Math.abs(row.change),
  );
  const money_ = sumBy(
    dated,
    row => `${row.kind} ${row.thing}`,
    row => Math.abs(row.money),
  );
  const top = [...money_]
    .sort((a, b) => b[1] - a[1] || sizes.get(b[0]) - sizes.get(a[0]))
    .slice(0, 16)
    .map(entry => entry[0]);
  const cells = new Map(dated.map(row => [`${row.kind} ${row.thing}\u0000${row.period}`, row]));
  const when_ = dated.length
    ? figure({
        title: "When did it change?",
        note:
          "Change by period, in tonnes (what is run: units of activity; what is built: " +
          "a number), of what changed most in money. Orange: more in the second plan; green: less." +
          andMoreRows(sizes.size, 16, "thing", "Changes by period"),
        heads: ["kind", "thing", "period", "before", "after", "change", `money, ${currency}`],
        rows: () =>
          dated.map(row => [
            row.kind,
            row.thing,
            row.period,
            row.before,
            row.after,
            row.change,
            row.money,
          ]),
        paint: width =>
          grid(
            width,
            top,
            bins,
            (number, column) => {
              const row = cells.get(`${top[number]}\u0000${bins[column]}`);
              const largest = Math.max(
                ...bins.map(label =>
                  Math.abs(cells.get(`${top[number]}\u0000${label}`)?.change || 0),
                ),
              );
              return row
                ? {
                    text: signed(row.change, plainNumber).replace("\u00a0", ""),
                    fill: tint(row.change, largest),
                    tooltip: `${bins[column]}: ${tooltip(row)}`,
                  }
                : {text: "", fill: null, tooltip: `${top[number]}, ${bins[column]}\nno change`};
            },
            "Changes by period",
          ),
      })
    : null;
  return {
    about: "",
    alerts: null,
    tiles: [
      ["Before", money(total.before), "cost, present value"],
      ["After", money(total.after), "cost, present value"],
      [
        "Change",
        signed(total.change, money),
        isNumber(relative) ? signed(relative, value => percent(value, 2)) : "",
      ],
      moved[0] ? ["Most of it", signed(moved[0].change, money), moved[0].category] : null,
      ["Items that changed", digits(sheet.total, 0), "offers, lanes, processes, lines, options"],
    ].filter(Boolean),
    card: wordsCard(words),
    parts: [
      ["Cost", section("overview", "What changed in cost?", cost)],
      ["What changed", things ? section("moved", "What changed, and when?", things, when_) : null],
    ],
  };
}
function inputsView() {
  const rows = recordsOf("Input changes");
  const sheet = sheetOf("Input changes");
  const sheets = [
    ...sumBy(
      rows,
      row => row.sheet,
      () => 1,
    ),
  ].sort((a, b) => b[1] - a[1]);
  const count = how => rows.filter(row => row.change === how).length;
  const numbers = rows
    .filter(row => isNumber(row.relative))
    .sort((a, b) => Math.abs(b.relative) - Math.abs(a.relative));
  const most = 20;
  const named = row => `${row.row}, ${row.column}`;
  const where = rows.length
    ? figure({
        title:
          `Where do the inputs differ? ${sheets[0][0]} has ` +
          `${counted(sheets[0][1], "difference")}`,
        note:
          "Rows and cells that differ, by sheet; notes, sources and confidence are left out." +
          andMore(sheet.total - sheet.shown, "difference", "Input changes"),
        heads: ["sheet", "differences"],
        rows: () => sheets,
        paint: width =>
          bars(
            width,
            sheets.map(([name, number]) => ({
              name,
              value: number,
              text: counted(number, "difference"),
              tooltip: `${name}: ${counted(number, "difference")}`,
            })),
            "Differences by sheet",
          ),
      })
    : null;
  const far = numbers.length
    ? figure({
        title:
          `Which figures changed most? ${named(numbers[0])}: ` +
          signed(numbers[0].relative, percent),
        note:
          "Change relative to the first workbook, in per cent; largest first." +
          andMoreRows(numbers.length, most, "figure", "Input changes"),
        heads: ["cell", "row", "column", "before", "after", "relative"],
        rows: () =>
          numbers.map(row => [
            row.cell,
            row.row,
            row.column,
            row.before,
            row.after,
            percent(row.relative),
          ]),
        paint: width =>
          bars(
            width,
            numbers.slice(0, most).map(row => ({
              name: named(row),
              value: row.relative,
              text: `${row.before} → ${row.after} (${signed(row.relative, percent)})`,
              tooltip: `${row.cell}: ${named(row)}\n${row.before} is now ${row.after}`,
              colour: row.relative < 0 ? "var(--minus)" : "var(--plus)",
            })),
            "Largest relative changes",
          ),
      })
    : null;
  return {
    about: "",
    alerts: null,
    tiles: [
      ["Cells changed", digits(count("changed"), 0), "in rows that both have"],
      ["Rows added", digits(count("added"), 0), "in the second workbook"],
      ["Rows removed", digits(count("removed"), 0), "from the first workbook"],
      [
        "Sheets concerned",
        digits(sheets.length, 0),
        sheets
          .slice(0, 3)
          .map(entry => entry[0])
          .join(", ") || "none",
      ],
    ],
    card: wordsCard(data.words),
    parts: [["Overview", rows.length ? section("overview", "What differs?", where, far) : null]],
  };
}
