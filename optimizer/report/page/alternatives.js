// Other plans that cost nearly as little: how far they are, and what differs.
function alternativesView() {
  naming = run => (run === base ? "the least-cost plan" : run.name);
  const rows = recordsOf("Alternatives");
  const least = rows.find(row => row.plan === "base") || rows[0];
  const others = rows.filter(row => row !== least);
  const known = others.filter(row => isNumber(row.cost));
  const differ = [...known].sort((a, b) => b.differs - a.differs);
  const far = differ[0];
  const unit = row => (row.plan === "fewest suppliers" ? "suppliers" : "t");
  const amount = (row, value) => (unit(row) === "t" ? tonnes(value) : counted(value, "supplier"));
  const gain = row => `${amount(row, row.base)} to ${amount(row, row.then)}`;
  const tooltip = row =>
    isNumber(row.cost)
      ? `${row.plan}: ${money(row.cost)}, ` +
        `${signed(row["dearer by"], part => percent(part, 2))}\n${gain(row)}\n` +
        `${percent(row.differs)} of the tonnes are bought elsewhere\n${row.suppliers} suppliers`
      : `${row.plan}: ${row.status}`;
  const heads = [
    "plan",
    `cost, ${currency}`,
    "additional cost",
    "base",
    "then",
    "suppliers",
    "differs",
    "short, t",
  ];
  const table = () =>
    rows.map(row => [
      row.plan,
      row.cost,
      percent(row["dearer by"], 2),
      row.base,
      row.then,
      row.suppliers,
      percent(row.differs),
      row.short,
    ]);
  const shown = others.slice(0, MAX_BARS);
  const left = andMoreRows(others.length, MAX_BARS, "plan", "Alternatives");
  const cost = figure({
    title: "How much more does each plan cost?",
    note:
      `Cost more than the least, in per cent of it, and in ${currency}, present ` +
      `value${horizonSuffix()}; the least is ${money(least.cost)}.` +
      left,
    heads,
    rows: table,
    paint: width =>
      bars(
        width,
        shown.map(row => ({
          name: row.plan,
          value: row["dearer by"],
          tooltip: tooltip(row),
          soft: !isNumber(row.cost),
          colour: "var(--plus)",
          text: isNumber(row.cost)
            ? `${signed(row["dearer by"], part => percent(part, 2))}, ` +
              `${signed(row.cost - least.cost, money)}`
            : NO_PLAN,
        })),
        "Cost distance",
      ),
  });
  const differs = figure({
    title: far
      ? `How different is each plan? ${far.plan} buys ${percent(far.differs)} elsewhere`
      : "How different is each plan?",
    note:
      `Share of the tonnes bought${horizonSuffix()} that come from elsewhere than in the ` +
      "least-cost plan." +
      left,
    heads,
    rows: table,
    paint: width =>
      bars(
        width,
        shown.map(row => ({
          name: row.plan,
          value: row.differs,
          tooltip: tooltip(row),
          soft: !isNumber(row.cost),
          text: isNumber(row.differs) ? percent(row.differs) : NO_PLAN,
          colour: "var(--clean)",
        })),
        "Share bought elsewhere",
      ),
  });
  const reached = make(
    "figure",
    {"aria-label": "What each plan achieves"},
    make(
      "figcaption",
      {},
      make("h3", {}, "What does each plan achieve?"),
      make(
        "p",
        {class: "note"},
        "What was made least, in the least-cost plan and in this one; " +
          `tonnes bought${horizonSuffix()}. The bar is what is left of it.`,
      ),
    ),
    listing(
      "What each plan achieves",
      ["plan", "#least-cost plan", "#this plan", "what is left", "#suppliers", "#additional cost"],
      others.map(row =>
        isNumber(row.cost)
          ? [
              row.plan,
              amount(row, row.base),
              amount(row, row.then),
              make(
                "div",
                {
                  class: "track",
                  role: "img",
                  "aria-label": row.base
                    ? `${percent(row.then / row.base, 0)} is left`
                    : "none in the least-cost plan",
                },
                make("i", {
                  style:
                    "left:0;width:" +
                    (row.base ? Math.min(100, (100 * row.then) / row.base) : 0) +
                    "%",
                }),
              ),
              plainNumber(row.suppliers),
              signed(row["dearer by"], part => percent(part, 2)),
            ]
          : [row.plan, "–", "–", make("span", {class: "bad"}, row.status), "–", "–"],
      ),
    ),
  );
  const vanish = known.filter(
    row => unit(row) === "t" && row.base > 1e-6 && row.then < 1e-3 * row.base,
  );
  const few = known.find(row => unit(row) === "suppliers");
  return {
    about: counted(others.length, "other plan"),
    alerts: failures(),
    tiles: [
      ["Least cost", money(least.cost), "present value of all costs"],
      ["Other plans", `${known.length} of ${others.length}`, data.title.toLowerCase()],
      far ? ["Most different", percent(far.differs), `bought elsewhere: ${far.plan}`] : null,
      few
        ? [
            "Fewest suppliers",
            plainNumber(few.then),
            `instead of ${plainNumber(few.base)}, for ` +
              `${signed(few["dearer by"], part => percent(part, 2))}`,
          ]
        : null,
    ].filter(Boolean),
    words: [
      far
        ? `There is room to choose: ${far.plan} buys ${percent(far.differs)} of its tonnes ` +
          `elsewhere for ${signed(far["dearer by"], part => percent(part, 2))} of cost.`
        : null,
      vanish.length
        ? "Can be avoided (almost) altogether at this cost: " +
          `${vanish.map(row => row.plan.replace("least from ", "")).join(", ")}.`
        : null,
      few && few.then < few.base
        ? `${counted(few.base - few.then, "supplier")} fewer for ` +
          `${signed(few["dearer by"], part => percent(part, 2))}.`
        : null,
      ...data.notes,
    ],
    parts: [
      [
        "Cost and difference",
        section(
          "overview",
          "What else could be done at nearly the same cost?",
          make("div", {class: "pair"}, cost, differs),
          reached,
        ),
      ],
      ...planParts(),
    ],
  };
}
