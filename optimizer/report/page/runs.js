// Plans beside each other: cost by category, sources, plants, what is built, who is short.
const runs = data.runs;
const base = runs.find(run => run.name === "base") || runs[0];
let naming = run => (run === base ? "the base case" : run.name);
const called = run => naming(run);
const failed = runs.filter(run => !run.solved);
const unproven = runs.filter(run => run.solved && run.status !== "optimal");
const coverOf = run => (run.wanted ? 1 - run.short / run.wanted : null);
const NO_PLAN = "no plan";

// A table with a column for each run: the names of its rows, and a value for each run.
function beside(name) {
  const sheet = sheetOf(name);
  if (!sheet?.shown) return null;
  const columns = sheet.columns.map(valuesOf);
  const keys = sheet.fields.length - 2 * runs.length + 1;
  return {
    sheet,
    rows: [...Array(sheet.shown).keys()].map(row => ({
      key: columns.slice(0, keys).map(column => column[row]),
      values: runs.map((_, place) => columns[keys + place][row]),
    })),
  };
}
const leftOut = compared =>
  andMore(compared.sheet.total - compared.sheet.shown, "row", compared.sheet.name);
const sideHeads = (keys, unit) => [...keys, ...runs.map(run => `${called(run)}${unit}`)];

function costsFigure() {
  const compared = beside("Costs");
  if (!compared) return null;
  let way = "total";
  const baseIndex = runs.indexOf(base);
  const shown = runs.slice(0, MAX_BARS);
  const {colours, of} = colouring(
    compared.rows.map(row => [row.key[0], sum(row.values.map(Math.abs))]),
    "other categories",
  );
  const value = (row, place) =>
    way === "total" ? row.values[place] : row.values[place] - row.values[baseIndex];
  const largest = [...compared.rows].sort(
    (a, b) => Math.abs(b.values[baseIndex]) - Math.abs(a.values[baseIndex]),
  )[0];
  const element = figure({
    title: () => {
      if (way === "total" || !isNumber(base.cost))
        return (
          "What is the money spent on? " +
          (isNumber(base.cost)
            ? `Most of all on ${largest.key[0]}: ${money(largest.values[baseIndex])} in ` +
              `${called(base)}`
            : "")
        );
      return `Which costs rise and which fall, compared with ${called(base)}?`;
    },
    note: () =>
      `${currency}, present value${horizonSuffix()}, by category; ` +
      (way === "total"
        ? "what is left of the line is earned"
        : `less than in ${called(base)} is left of the line, more is right of it`) +
      "." +
      andMoreRows(runs.length, MAX_BARS, "run", "Costs"),
    tools: [
      selectBox(
        "Show",
        [
          ["total", "cost"],
          ["less", "difference to base"],
        ],
        way,
        value => {
          way = value;
          element.repaint();
        },
      ),
    ],
    heads: sideHeads(["category"], `, ${currency}`),
    rows: () => compared.rows.map(row => [row.key[0], ...row.values]),
    paint(width) {
      const items = shown
        .filter(run => way === "total" || run !== base)
        .map(run => {
          const place = runs.indexOf(run);
          const there = isNumber(run.cost) && (way === "total" || isNumber(base.cost));
          const values = {};
          if (there)
            for (const row of compared.rows)
              values[of(row.key[0])] = (values[of(row.key[0])] || 0) + value(row, place);
          const all = sum(Object.values(values));
          const format = way === "total" ? money : part => signed(part, money);
          return {
            name: called(run),
            values: there ? values : null,
            text: there ? format(all) : NO_PLAN,
            tooltip: there
              ? [
                  `${called(run)}: ${format(all)}`,
                  ...compared.rows
                    .filter(row => !isNegligible(value(row, place)))
                    .map(row => `${row.key[0]}: ${format(value(row, place))}`),
                ].join("\n")
              : `${called(run)}: ${NO_PLAN}`,
          };
        });
      const present = Object.entries(colours).filter(([part]) =>
        items.some(item => !isNegligible(item.values?.[part])),
      );
      return make(
        "div",
        {},
        legend(present),
        stacks(width, items, Object.fromEntries(present), "Cost by category", shortMoney),
      );
    },
  });
  return element;
}

function sourcesFigure() {
  const compared = beside("Countries");
  if (!compared) return null;
  const materials = [
    ...new Set([...data.materials, ...compared.rows.map(row => row.key[1])]),
  ].filter(name => compared.rows.some(row => row.key[1] === name));
  const countries = material =>
    new Set(compared.rows.filter(row => row.key[1] === material).map(row => row.key[0])).size;
  let material = materials.find(name => countries(name) > 1) || materials[0];
  let unit = "tonnes";
  const rows = () => compared.rows.filter(row => !material || row.key[1] === material);
  const materialName = () => material || "all materials together";
  const shown = runs.slice(0, MAX_BARS);
  const element = figure({
    title: () => `Where is ${material || "everything"} bought?`,
    note: () =>
      `${unit === "tonnes" ? "Tonnes" : "Share of the tonnes"} bought, ${materialName()}, by ` +
      `country of the seller${horizonSuffix()}.` +
      andMoreRows(runs.length, MAX_BARS, "run", "Countries") +
      leftOut(compared),
    tools: [
      selectBox(
        "Material",
        [...materials.map(name => [name, name]), ["", "all, tonnes as they are bought"]],
        material,
        value => {
          material = value;
          element.repaint();
        },
      ),
      selectBox(
        "As",
        [
          ["tonnes", "tonnes"],
          ["share", "share"],
        ],
        unit,
        value => {
          unit = value;
          element.repaint();
        },
      ),
    ],
    heads: sideHeads(["country", "material"], ", t"),
    rows: () => compared.rows.map(row => [...row.key, ...row.values]),
    paint(width) {
      const {colours, of} = colouring(
        sumBy(
          rows(),
          row => row.key[0],
          row => sum(row.values),
        ),
        "other countries",
      );
      const items = shown.map(run => {
        const place = runs.indexOf(run);
        const there = isNumber(run.cost);
        const values = {};
        if (there)
          for (const row of rows())
            values[of(row.key[0])] = (values[of(row.key[0])] || 0) + row.values[place];
        const all = sum(Object.values(values));
        if (unit === "share")
          for (const part of Object.keys(values)) values[part] = all ? values[part] / all : 0;
        const format = unit === "share" ? percent : tonnes;
        return {
          name: called(run),
          values: there ? values : null,
          text: there ? tonnes(all) : NO_PLAN,
          tooltip: there
            ? [
                `${called(run)}: ${tonnes(all)}, ${materialName()}`,
                ...Object.entries(values)
                  .filter(([, part]) => !isNegligible(part))
                  .map(([name, part]) => `${name}: ${format(part)}`),
              ].join("\n")
            : `${called(run)}: ${NO_PLAN}`,
        };
      });
      return make(
        "div",
        {},
        legend(Object.entries(colours)),
        stacks(
          width,
          items,
          colours,
          "Purchases by country",
          unit === "share" ? value => percent(value, 0) : plainNumber,
        ),
      );
    },
  });
  return element;
}

// Offers of which a run buys more or less than the case itself.
function movedFigure() {
  const compared = beside("Offers");
  const others = runs.filter(run => run !== base && isNumber(run.cost));
  if (!compared || !others.length || !isNumber(base.cost)) return null;
  const baseIndex = runs.indexOf(base);
  const less = (row, run) => row.values[runs.indexOf(run)] - row.values[baseIndex];
  const moved = run => sum(compared.rows.map(row => Math.abs(less(row, run))));
  let run = others.reduce((best, each) => (moved(each) > moved(best) ? each : best));
  const changed = () =>
    compared.rows
      .filter(row => Math.abs(less(row, run)) > 1e-3)
      .sort((a, b) => Math.abs(less(b, run)) - Math.abs(less(a, run)));
  const element = figure({
    title: () =>
      changed().length
        ? `What is bought instead? With ${called(run)}, ` +
          `${counted(changed().length, "offer")} ` +
          `${changed().length === 1 ? "differs" : "differ"} from ${called(base)}`
        : `With ${called(run)} the same is bought`,
    note: () =>
      `Tonnes more (right) or less (left) than in ${called(base)}${horizonSuffix()}, by offer; ` +
      "largest first." +
      andMoreRows(changed().length, 16, "offer", "Offers") +
      leftOut(compared),
    tools: [
      selectBox(
        "Plan",
        others.map(each => [each.name, called(each)]),
        run.name,
        name => {
          run = others.find(each => each.name === name);
          element.repaint();
        },
      ),
    ],
    heads: [
      "offer",
      "site",
      "country",
      "material",
      `${called(base)}, t`,
      "then, t",
      "difference, t",
    ],
    rows: () =>
      changed().map(row => [
        ...row.key,
        row.values[baseIndex],
        row.values[runs.indexOf(run)],
        less(row, run),
      ]),
    paint(width) {
      if (!changed().length) return make("p", {}, "Nothing changes.");
      return bars(
        width,
        changed()
          .slice(0, 16)
          .map(row => {
            const value = less(row, run);
            return {
              name: row.key[0],
              value,
              text: signed(value, tonnes),
              colour: value < 0 ? "var(--minus)" : "var(--plus)",
              tooltip:
                `${row.key[0]}: ${row.key[3]} from ${row.key[1]}, ${row.key[2]}\n` +
                `${tonnes(row.values[baseIndex])} in ${called(base)}, ` +
                `${tonnes(row.values[runs.indexOf(run)])} with ${called(run)}`,
            };
          }),
        "Purchases beside the base case",
      );
    },
  });
  return element;
}

function plantsFigure() {
  const compared = beside("Plants");
  if (!compared) return null;
  const baseIndex = runs.indexOf(base);
  const most = 22;
  const columns = runs.slice(0, MAX_GRID_COLUMNS);
  const spread = row => {
    const values = row.values.filter(isNumber);
    return values.length ? Math.max(...values) - Math.min(...values) : 0;
  };
  const change = [...compared.rows].sort((a, b) => spread(b) - spread(a));
  const busy = [...compared.rows].sort(
    (a, b) => (b.values[baseIndex] || 0) - (a.values[baseIndex] || 0),
  );
  let order = "change";
  let many = compared.rows.length <= most;
  const element = figure({
    title: () =>
      spread(change[0]) > 0.0005
        ? `Which plants are busy, and which idle? ${change[0].key[0]} · ${change[0].key[1]} ` +
          "changes most"
        : "Which plants are busy, and which idle? No plant is used otherwise",
    note: () =>
      `Use as a share of each unit's capacity, in per cent${horizonSuffix()}; blank: ${NO_PLAN}.` +
      andMoreRows(runs.length, MAX_GRID_COLUMNS, "run", "Plants") +
      leftOut(compared),
    tools: [
      selectBox(
        "Order",
        [
          ["change", "what changes most first"],
          ["busy", "busiest first"],
        ],
        order,
        value => {
          order = value;
          element.repaint();
        },
      ),
      compared.rows.length > most
        ? make(
            "button",
            {
              type: "button",
              "aria-pressed": "false",
              onclick: event => {
                many = !many;
                event.target.setAttribute("aria-pressed", String(many));
                event.target.textContent = many
                  ? `Show the first ${most}`
                  : `Show all ${compared.rows.length} units`;
                element.repaint();
              },
            },
            `Show all ${compared.rows.length} units`,
          )
        : null,
    ],
    heads: sideHeads(["site", "unit"], ""),
    rows: () => compared.rows.map(row => [...row.key, ...row.values.map(value => percent(value))]),
    paint(width) {
      const ordered = (order === "change" ? change : busy).slice(0, many ? undefined : most);
      return grid(
        width,
        ordered.map(row => `${row.key[0]} · ${row.key[1]}`),
        columns.map(called),
        (row, column) => {
          const value = ordered[row].values[column];
          const before = ordered[row].values[baseIndex];
          return heatCell(
            value,
            `${ordered[row].key.join(", ")}\n${called(columns[column])}: ` +
              (isNumber(value) ? percent(value) : NO_PLAN) +
              (column !== baseIndex && isNumber(value) && isNumber(before)
                ? `, ${signed(100 * (value - before), part => digits(part, 1))} points`
                : ""),
          );
        },
        "Use of plants",
      );
    },
  });
  return element;
}

// Tonnes or numbers by row and run; what differs from the case itself is tinted.
function amountsFigure(name, title, note, unit, heads, most = 16) {
  const compared = beside(name);
  if (!compared) return null;
  const baseIndex = runs.indexOf(base);
  const columns = runs.slice(0, MAX_GRID_COLUMNS);
  const seen = compared.rows.filter(row => row.values.some(value => Math.abs(value || 0) >= 1e-3));
  if (!seen.length) return null;
  const ordered = [...seen].sort(
    (a, b) =>
      Math.max(...b.values.map(value => value || 0)) -
      Math.max(...a.values.map(value => value || 0)),
  );
  const shown = ordered.slice(0, most);
  const largest = Math.max(
    1e-9,
    ...shown.flatMap(row =>
      row.values.map(value => Math.abs((value || 0) - (row.values[baseIndex] || 0))),
    ),
  );
  return figure({
    title: title(ordered),
    note: note + andMoreRows(ordered.length, most, "row", name) + leftOut(compared),
    heads: sideHeads(heads, unit ? `, ${unit}` : ""),
    rows: () => compared.rows.map(row => [...row.key, ...row.values]),
    paint: width =>
      grid(
        width,
        shown.map(row => row.key.slice(0, name === "Investment" ? 2 : 1).join(" · ")),
        columns.map(called),
        (row, column) => {
          const value = shown[row].values[column];
          const less = (value || 0) - (shown[row].values[baseIndex] || 0);
          return {
            text: isNumber(value) ? plainNumber(value) : "",
            fill: isNumber(value)
              ? isNegligible(less)
                ? "var(--faint)"
                : tint(less, largest)
              : null,
            tooltip:
              `${shown[row].key.join(", ")}\n${called(columns[column])}: ` +
              `${isNumber(value) ? `${plainNumber(value)} ${unit}` : NO_PLAN}`,
          };
        },
        title(ordered),
      ),
  });
}
const shortFigure = () =>
  amountsFigure(
    "Shortage",
    rows =>
      `Where is there a shortage? ${counted(rows.length, "demand line")} in at least one plan`,
    `Tonnes short${horizonSuffix()}, by demand line; outlets left out. ` +
      `Coloured where it differs from ${called(base)}; blank: ${NO_PLAN}.`,
    "t",
    ["line", "customer", "material"],
  );
const builtFigure = () =>
  amountsFigure(
    "Investment",
    rows => `What is built? ${counted(rows.length, "option")} in at least one plan`,
    `How many, or how much, of each option${horizonSuffix()}. ` +
      `Coloured where it differs from ${called(base)}.`,
    "",
    ["option", "site"],
  );

// Why a run has no plan, and the cells whose change would give one.
function failures() {
  if (!failed.length) return null;
  return make(
    "div",
    {class: "alerts bad", id: "failed"},
    make(
      "h2",
      {style: "margin-top:.3rem"},
      failed.length === 1
        ? "One run has no valid plan"
        : `${failed.length} runs have no valid plan`,
    ),
    failed.some(run => run.give.length)
      ? make(
          "p",
          {},
          "Each line begins with the cell to change; the changes of one way, made " +
            "together, make a plan feasible.",
        )
      : null,
    failed.map(run => {
      const ways = new Map();
      for (const line of run.give) {
        const [way, ...words] = line.split(": ");
        ways.set(way, [...(ways.get(way) || []), words.join(": ")]);
      }
      return [
        make("h3", {}, `${called(run)}: ${run.why}`),
        [...ways].map(([way, lines]) => [
          make("p", {}, `${way}:`),
          make(
            "ul",
            {},
            lines.slice(0, 6).map(line => make("li", {}, line)),
          ),
          lines.length > 6
            ? make(
                "details",
                {},
                make("summary", {}, `And ${lines.length - 6} more`),
                make(
                  "ul",
                  {},
                  lines.slice(6).map(line => make("li", {}, line)),
                ),
              )
            : null,
        ]),
      ];
    }),
  );
}
function planParts() {
  const pair = (...figures) =>
    figures.some(Boolean) ? make("div", {class: "pair"}, figures.filter(Boolean)) : null;
  const spent = [costsFigure(), shortFigure(), builtFigure()].filter(Boolean);
  const bought = pair(sourcesFigure(), movedFigure());
  const plants = plantsFigure();
  return [
    [
      "Cost by category",
      spent.length
        ? section("categories", "What is the money spent on, and where is there a shortage?", spent)
        : null,
    ],
    [
      "Sources and plants",
      bought || plants
        ? section("sources", "Where does it come from, and which plants are busy?", bought, plants)
        : null,
    ],
  ];
}
