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
    .filter(row => !tiny(row.change / (total.before || 1)))
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
  const told = row =>
    `${row.kind} ${row.thing}\n${plain(row.before)} before, ` +
    `${plain(row.after)}${unit(row)} after: ${more(row.change, plain)}${unit(row)}\n` +
    `${more(row.money, money)} as paid`;
  const words = [
    tiny(total.change / (total.before || 1))
      ? `Both plans cost ${money(total.after)}.`
      : `The second plan costs ${money(Math.abs(total.change))} ` +
        (total.change > 0 ? "more" : "less") +
        (isNumber(relative) ? ` (${more(relative, value => percent(value, 2))})` : "") +
        ": " +
        `${money(total.after)} after ${money(total.before)}.`,
    ...volumes
      .slice(0, 40)
      .map(
        row =>
          `${row.kind[0].toUpperCase()}${row.kind.slice(1)} ${row.thing}: ` +
          `${plain(row.before)}${unit(row)} before, ${plain(row.after)}${unit(row)} after ` +
          `(${more(row.change, plain)}${unit(row)}` +
          (Math.abs(row.money) > 0.005 ? `; ${more(row.money, money)}` : "") +
          ").",
      ),
    volumes.length ? "" : "Nothing moved.",
  ].filter(Boolean);
  const cost = figure({
    title: tiny(total.change / (total.before || 1))
      ? `What changed in cost? Nothing: ${money(total.after)} in both`
      : `What changed in cost? ${money(total.before)} before, ${money(total.after)} after: ` +
        `${more(total.change, money)}`,
    note:
      `${currency}, present value${during()}, by category: ` +
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
          text: more(row.change, money),
          told: `${row.category}: ${money(row.before)} before, ${money(row.after)} after`,
        })),
        "Change in cost by category",
      ),
  });
  const things = volumes.length
    ? figure({
        title: () =>
          shown()[0]
            ? `What moved most? ${shown()[0].kind} ${shown()[0].thing}: ` +
              (by === "money"
                ? more(shown()[0].money, money)
                : more(shown()[0].change, plain) + unit(shown()[0]))
            : "What moved most? Nothing of this kind",
        note: () =>
          (by === "money"
            ? `${currency} as paid, not discounted (a sale: less revenue)`
            : "Tonnes, units of activity of what is run, number of what is built") +
          ": " +
          `more (right) or less (left) in the second plan${during()}.` +
          rest(shown().length, most, "change", "Volume changes") +
          andMore(sheet.total - sheet.shown, "change", "Volume changes"),
        tools: [
          choice("Kind", [["", "all"], ...kinds.map(each => [each, each])], "", value => {
            kind = value;
            things.repaint();
          }),
          choice(
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
                          ? `${more(row.money, money)}` +
                            (tiny(row.change) ? "" : `, ${more(row.change, plain)}${unit(row)}`)
                          : `${more(row.change, plain)}${unit(row)}`,
                      told: told(row),
                    };
                  }),
                "What moved",
              )
            : make("p", {}, "Nothing moved."),
      })
    : null;
  const dated = recordsOf("Changes by period");
  const sizes = grouped(
    dated,
    row => `${row.kind} ${row.thing}`,
    row => Math.abs(row.change),
  );
  const money_ = grouped(
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
        title: "When did it move?",
        note:
          "Change by period, in tonnes (what is run: units of activity; what is built: " +
          "a number), of what moved most money. Orange: more in the second plan; green: less." +
          rest(sizes.size, 16, "thing", "Changes by period"),
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
                    text: more(row.change, plain).replace("\u00a0", ""),
                    fill: tint(row.change, largest),
                    told: `${bins[column]}: ${told(row)}`,
                  }
                : {text: "", fill: null, told: `${top[number]}, ${bins[column]}\nno change`};
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
        more(total.change, money),
        isNumber(relative) ? more(relative, value => percent(value, 2)) : "",
      ],
      moved[0] ? ["Most of it", more(moved[0].change, money), moved[0].category] : null,
      ["Things that moved", digits(sheet.total, 0), "offers, lanes, processes, lines, options"],
    ].filter(Boolean),
    card: wordsCard(words),
    parts: [
      ["Cost", section("overview", "What changed in cost?", cost)],
      ["What moved", things ? section("moved", "What moved, and when?", things, when_) : null],
    ],
  };
}
function inputsView() {
  const rows = recordsOf("Input changes");
  const sheet = sheetOf("Input changes");
  const sheets = [
    ...grouped(
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
              told: `${name}: ${counted(number, "difference")}`,
            })),
            "Differences by sheet",
          ),
      })
    : null;
  const far = numbers.length
    ? figure({
        title:
          `Which figures moved most? ${named(numbers[0])}: ` + more(numbers[0].relative, percent),
        note:
          "Change relative to the first workbook, in per cent; largest first." +
          rest(numbers.length, most, "figure", "Input changes"),
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
              text: `${row.before} → ${row.after} (${more(row.relative, percent)})`,
              told: `${row.cell}: ${named(row)}\n${row.before} is now ${row.after}`,
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
