// Scenarios beside the case itself: cost, coverage, what each changes.
function scenariosView() {
  const rows = recordsOf("Scenarios").map(row => ({
    ...row,
    "less base": withoutRounding(row["less base"], base.cost),
  }));
  const baseRow = rows.find(row => row.scenario === "base") || rows[0];
  const others = rows.filter(row => row !== baseRow);
  const known = others.filter(row => isNumber(row["less base"]));
  const dear = [...known].sort((a, b) => b["less base"] - a["less base"]);
  const short = [...known].sort((a, b) => b.short - a.short);
  const lost = others.filter(row => !isNumber(row.cost));
  const name = row => (row === baseRow ? "the base case" : row.scenario);
  const dearest = dear[0];
  const cheapest = dear[dear.length - 1];
  const shortest = short[0]?.short > 1e-6 ? short[0] : null;
  const step = row =>
    `${signed(row["less base"], money)}` +
    (isNumber(row.relative) ? ` (${signed(row.relative, percent)})` : "");
  const tiles = [
    ["The base case", money(baseRow.cost), "present value of all costs"],
    [
      "Its demand covered",
      percent(baseRow.covered),
      `${tonnes(baseRow.short)} short of ${tonnes(baseRow.wanted)}`,
      baseRow.short > 1e-6 ? "warn" : "",
    ],
    dearest ? ["Costliest scenario", signed(dearest["less base"], money), dearest.scenario] : null,
    shortest
      ? [
          "Most short",
          tonnes(shortest.short),
          `${shortest.scenario}: ${percent(shortest.covered)} covered`,
          "warn",
        ]
      : ["Shortage in a scenario", "none", "every scenario with a plan is served in full"],
    [
      "Scenarios with a plan",
      `${others.length - lost.length} of ${others.length}`,
      lost.length ? `none: ${lost.map(row => row.scenario).join(", ")}` : "every scenario",
      lost.length ? "bad" : "",
    ],
  ].filter(Boolean);
  const shown = rows.slice(0, MAX_BARS);
  const heads = [
    "scenario",
    `cost, ${currency}`,
    `less base, ${currency}`,
    "relative",
    "short, t",
    "covered",
  ];
  const table = () =>
    rows.map(row => [
      name(row),
      row.cost,
      row["less base"],
      percent(row.relative),
      row.short,
      percent(row.covered),
    ]);
  const counts = row => counted(row.rows, "row") + " of Scenarios";
  const summary = row => row.notes || (row.rows > 1 ? counts(row) : row.changes);
  // A row begins with the name of a sheet; what follows a semicolon within one is a condition.
  const clauses = row => row.changes.split(/; (?=[A-Z])/);
  const whatChanges = row =>
    row.notes || row.rows > 1
      ? [
          make("p", {}, row.notes),
          make(
            "details",
            {},
            make("summary", {}, counts(row)),
            make(
              "ul",
              {},
              clauses(row).map(clause => make("li", {}, clause)),
            ),
          ),
        ]
      : row.changes;
  const tooltip = row =>
    isNumber(row.cost)
      ? `${name(row)}: ${money(row.cost)}${row === baseRow ? "" : `, ${step(row)}`}\n` +
        `${tonnes(row.short)} short, ${percent(row.covered)} covered\n${summary(row)}`
      : `${name(row)}: ${NO_PLAN}`;
  const cost = figure({
    title: dearest
      ? `What does each scenario cost? ${dearest.scenario}: ${step(dearest)}`
      : "What does each scenario cost?",
    note:
      `${currency}, present value${horizonSuffix()}: more (right) or less (left) than the base ` +
      `case, which costs ${money(baseRow.cost)}.` +
      andMoreRows(rows.length, MAX_BARS, "scenario", "Scenarios"),
    heads,
    rows: table,
    paint: width =>
      bars(
        width,
        shown.map(row => ({
          name: name(row),
          value: isNumber(row.cost) && isNumber(row["less base"]) ? row["less base"] : null,
          tooltip: tooltip(row),
          bold: row === baseRow,
          soft: !isNumber(row.cost),
          text: !isNumber(row.cost)
            ? NO_PLAN
            : row === baseRow || !isNumber(row["less base"])
              ? money(row.cost)
              : `${signed(row["less base"], shortMoney)}` +
                (isNumber(row.relative) ? ` (${signed(row.relative, percent)})` : ""),
          colour: row["less base"] < 0 ? "var(--minus)" : "var(--plus)",
        })),
        "Cost by scenario",
      ),
  });
  const cover = figure({
    title: shortest
      ? `Is demand met? ${shortest.scenario} leaves ${tonnes(shortest.short)} short`
      : "Is demand met? In every scenario that has a plan",
    note:
      `Tonnes of demand short${horizonSuffix()}, and the share that is covered; ` +
      "outlets are left out." +
      andMoreRows(rows.length, MAX_BARS, "scenario", "Scenarios"),
    heads,
    rows: table,
    paint: width =>
      bars(
        width,
        shown.map(row => ({
          name: name(row),
          value: row.short,
          tooltip: tooltip(row),
          bold: row === baseRow,
          soft: !isNumber(row.cost),
          colour: "var(--bad)",
          text: isNumber(row.cost)
            ? (row.short > 1e-6 ? `${tonnes(row.short)} short, ` : "") +
              (isNumber(row.covered) ? `${percent(row.covered)} covered` : "no demand")
            : NO_PLAN,
        })),
        "Tonnes short by scenario",
      ),
  });
  const changes = make(
    "figure",
    {"aria-label": "What each scenario changes"},
    make(
      "figcaption",
      {},
      make("h3", {}, "What does each scenario change?"),
      make(
        "p",
        {class: "note"},
        "Notes of its rows in the sheet Scenarios, with those that it is based on; unfold them " +
          "to read what each row changes.",
      ),
    ),
    listing(
      "What each scenario changes",
      ["scenario", "changes", "#probability", "outcome"],
      others.map(row => [
        row.scenario,
        whatChanges(row),
        isNumber(row.probability) ? percent(row.probability) : "–",
        isNumber(row.cost)
          ? `${step(row)}; ` +
            (row.short > 1e-6 ? `${tonnes(row.short)} short` : "no shortage") +
            (row.status === "optimal" ? "" : `; ${row.reason}`)
          : make("span", {class: "bad"}, NO_PLAN),
      ]),
    ),
  );
  return {
    about: counted(others.length, "scenario"),
    tiles,
    alerts: failures(),
    words: [
      `The base case costs ${money(baseRow.cost)} and covers ${percent(baseRow.covered)} ` +
        "of its demand.",
      dearest && dearest["less base"] > 0
        ? `Costliest is the scenario '${dearest.scenario}': ` +
          `${step(dearest)}` +
          (dearest.short > baseRow.short + 1e-6
            ? `, with ${tonnes(dearest.short - baseRow.short)} additional shortage`
            : "") +
          "."
        : null,
      cheapest && cheapest["less base"] < 0
        ? `Cheapest is the scenario '${cheapest.scenario}': ${step(cheapest)}.`
        : null,
      known.some(row => isNegligible(row["less base"] / (baseRow.cost || 1)))
        ? `Without effect on cost: ${known
            .filter(row => isNegligible(row["less base"] / (baseRow.cost || 1)))
            .map(row => row.scenario)
            .join(", ")}.`
        : null,
      lost.length
        ? `No plan meets every hard limit in ${lost.map(row => row.scenario).join(", ")}: ` +
          "see below for ways to make a plan feasible."
        : null,
    ],
    parts: [
      [
        "Cost and coverage",
        section(
          "overview",
          "What does each scenario cost, and is demand met?",
          make("div", {class: "pair"}, cost, cover),
          changes,
        ),
      ],
      ...planParts(),
    ],
  };
}
