// One plan for several scenarios: decisions here and now, cost by scenario, value of information.
function stochasticView() {
  const values = new Map(recordsOf("Value").map(row => [row.item, row]));
  const rows = recordsOf("By scenario");
  const decisions = recordsOf("Here and now");
  const of = item => values.get(item)?.amount ?? null;
  const costItem = "Expected cost";
  const weighed = isNumber(of("Mean and risk"));
  const mine = of(costItem);
  const vss = of("Value of the stochastic solution");
  const evpi = of("Expected value of perfect information");
  const expected = of("Expected cost");
  const cvar = of("CVaR");
  const impossible = values.has("Value of the stochastic solution") && vss === null;
  const known = rows.filter(row => isNumber(row.cost));
  const worst = [...known].sort((a, b) => b.cost - a.cost)[0];
  const best = [...known].sort((a, b) => a.cost - b.cost)[0];
  const total = weighed ? "expected cost (risk is weighed too)" : "expected cost";
  const dearer = isNumber(vss) && vss < 0;
  const stairs = [];
  if (isNumber(evpi))
    stairs.push([
      "If the scenario were known in advance",
      mine - evpi,
      "perfect information: the limit of what a forecast can be worth",
      "var(--open)",
    ]);
  stairs.push(["This plan", mine, "one set of decisions for every scenario", "var(--bar)"]);
  if (isNumber(vss))
    stairs.push([
      "The base-case plan, kept",
      mine + vss,
      "its decisions kept in every scenario",
      "var(--plus)",
    ]);
  if (impossible)
    stairs.push([
      "The base-case plan, kept",
      null,
      values.get("Expected cost of the base plan")?.meaning || "impossible",
      "var(--plus)",
    ]);
  const levels = stairs.map(step => step[1]).filter(isNumber);
  const low = Math.min(...levels);
  const high = Math.max(...levels);
  const ladder = figure({
    title: dearer
      ? `What does less risk cost? ${money(-vss)} on average`
      : isNumber(vss)
        ? `Is it worth planning for all scenarios? It saves ${money(vss)}`
        : impossible
          ? "Is it worth planning for all scenarios? The base-case plan is impossible in some"
          : `What does the plan cost? ${money(mine)}`,
    note: `${costItem} in ${currency}, present value${horizonSuffix()}. Bars do not begin at zero.`,
    heads: ["measure", `amount, ${currency}`, "meaning"],
    rows: () => [...values.values()].map(row => [row.item, row.amount, row.meaning]),
    paint(width) {
      const labels = labelWidth(
        stairs.map(([name]) => ({name})),
        width,
      );
      const aside = stairs.map((step, place) =>
        place && isNumber(step[1])
          ? `${signed(step[1] - stairs[place - 1][1], money)} ` +
            (place === stairs.length - 1 && isNumber(vss)
              ? "for not planning ahead (VSS)"
              : "for not knowing (EVPI)")
          : "",
      );
      const room = width - labels - Math.max(120, ...aside.map(text => textWidth(text))) - 20;
      const line = 44;
      const svg = svgCanvas(width, stairs.length * line + 4, "What planning and knowing are worth");
      const x = value =>
        labels + (high > low ? 0.3 + (0.7 * (value - low)) / (high - low) : 1) * room;
      const marks = stairs.map(([name, value, what, colour], number) => {
        const y = number * line + 4;
        const group = addTooltip(
          draw("g", {}),
          `${name}: ${isNumber(value) ? money(value) : "impossible"}\n${what}`,
        );
        if (!isNumber(value))
          group.append(
            draw(
              "text",
              {x: labels - 10, y: y + 19, "text-anchor": "end"},
              fitText(name, labels - 12),
            ),
            draw("text", {x: labels, y: y + 19, class: "soft"}, fitText(what, width - labels - 8)),
          );
        if (!isNumber(value)) return group;
        group.append(
          draw(
            "text",
            {x: labels - 10, y: y + 19, "text-anchor": "end"},
            fitText(name, labels - 12),
          ),
          draw("rect", {
            x: labels,
            y: y + 5,
            width: Math.max(1, x(value) - labels),
            height: 20,
            fill: colour,
          }),
          draw("text", {x: x(value) + 8, y: y + 19, class: "bold"}, money(value)),
          aside[number]
            ? draw("text", {x: x(value) + 8, y: y + 35, class: "soft"}, aside[number])
            : "",
        );
        return group;
      });
      svg.append(...marks);
      addArrowKeys(marks);
      return svg;
    },
  });
  const ways = [
    ["cost", "this plan", "var(--bar)", 6],
    ["base plan", "the base-case plan, kept", "var(--plus)", 5],
    ["known in advance", "known in advance", "var(--open)", 5],
  ].filter(([header]) => rows.some(row => isNumber(row[header])));
  const each = figure({
    title: worst
      ? `What does each scenario cost? From ${money(best.cost)} in ${best.scenario} to ` +
        `${money(worst.cost)} in ${worst.scenario}`
      : "What does each scenario cost?",
    note:
      `${currency}, present value${horizonSuffix()}; the probability is beside the name. ` +
      "The scale does not begin at zero." +
      andMoreRows(rows.length, MAX_BARS, "scenario", "By scenario"),
    heads: [
      "scenario",
      "probability",
      ...ways.map(([header]) => `${header}, ${currency}`),
      "short, t",
    ],
    rows: () =>
      rows.map(row => [
        row.scenario,
        percent(row.probability),
        ...ways.map(([header]) => row[header]),
        row.short,
      ]),
    paint(width) {
      const shown = rows.slice(0, MAX_BARS);
      const names = shown.map(row => `${row.scenario}, ${percent(row.probability, 0)}`);
      const labels = labelWidth(
        names.map(name => ({name})),
        width,
      );
      const line = 32;
      const all = shown.flatMap(row => ways.map(([header]) => row[header]).filter(isNumber));
      const from = Math.min(...all);
      const to = Math.max(...all);
      const svg = svgCanvas(width, shown.length * line + 26, "Cost by scenario");
      const notes = shown.map(
        row =>
          `${shortMoney(row.cost)}` +
          (row.short > 1e-6 ? `, ${tonnes(row.short)} short` : "") +
          (ways.some(([header]) => header === "base plan") && !isNumber(row["base plan"])
            ? "; base-case plan: impossible"
            : ""),
      );
      const after = Math.max(...notes.map(note => textWidth(note) * 1.08)) + 26;
      const x = value =>
        labels +
        12 +
        (to > from ? (value - from) / (to - from) : 0.5) * (width - labels - 12 - after);
      const marks = shown.map((row, number) => {
        const y = number * line + 14;
        const there = ways.filter(([header]) => isNumber(row[header]));
        const ends = there.map(([header]) => x(row[header]));
        const group = addTooltip(
          draw("g", {}),
          [
            `${row.scenario}, probability ${percent(row.probability)}`,
            ...ways.map(
              ([header, name]) =>
                `${name}: ${isNumber(row[header]) ? money(row[header]) : "impossible"}`,
            ),
            `${tonnes(row.short)} short with this plan`,
          ].join("\n"),
        );
        group.append(
          draw("rect", {x: 0, y: y - 12, width, height: line, fill: "transparent"}),
          draw(
            "text",
            {x: labels - 10, y: y + 5, "text-anchor": "end"},
            fitText(names[number], labels - 12),
          ),
          draw("path", {d: `M${labels} ${y}H${width - after}`, stroke: "var(--faint)"}),
          draw("path", {
            d: `M${Math.min(...ends)} ${y}H${Math.max(...ends)}`,
            stroke: "var(--soft)",
            "stroke-width": 2,
          }),
          ...there.toReversed().map(([header, , colour, r]) =>
            draw("circle", {
              cx: x(row[header]),
              cy: y,
              r,
              style: `fill:${colour}`,
              stroke: "var(--card)",
              "stroke-width": 1,
            }),
          ),
          draw("text", {x: Math.max(...ends) + 12, y: y + 5, class: "bold"}, notes[number]),
        );
        return group;
      });
      svg.append(
        ...marks,
        draw("text", {x: labels + 12, y: shown.length * line + 20, class: "soft"}, money(from)),
        draw(
          "text",
          {x: x(to), y: shown.length * line + 20, "text-anchor": "middle", class: "soft"},
          to > from ? money(to) : "",
        ),
      );
      addArrowKeys(marks);
      return make("div", {}, legend(ways.map(([, name, colour]) => [name, colour])), svg);
    },
  });
  const periods = [...new Set(decisions.map(row => row.period))].sort(
    (a, b) => bins.indexOf(a) - bins.indexOf(b),
  );
  const unit = row => (row.kind === "options" ? "" : " t");
  const named = row =>
    row.kind === "options"
      ? `build ${row.thing}`
      : `${row.thing}${row.thing.includes(row.material) ? "" : ` · ${row.material}`}`;
  const things = [
    ...sumBy(
      decisions,
      row => `${row.kind}\u0000${row.thing}\u0000${row.site}\u0000${row.material}`,
      row => row.decided,
    ),
  ].sort((a, b) => b[0].startsWith("options") - a[0].startsWith("options") || b[1] - a[1]);
  const at = new Map(
    decisions.map(row => [
      `${row.kind}\u0000${row.thing}\u0000${row.site}\u0000${row.material}\u0000${row.period}`,
      row,
    ]),
  );
  const firstOf = key =>
    decisions.find(
      row => `${row.kind}\u0000${row.thing}\u0000${row.site}\u0000${row.material}` === key,
    );
  const differs = decisions.filter(
    row => isNumber(row["base plan"]) && Math.abs(row.decided - row["base plan"]) > 1e-3,
  );
  const most = 26;
  const columns = periods.slice(0, MAX_GRID_COLUMNS);
  const table = figure({
    title: decisions.length
      ? "What must be decided now? " +
        `${counted(decisions.length, "decision")}` +
        (decisions.some(row => isNumber(row["base plan"]))
          ? `, ${differs.length} of them different from the base-case plan`
          : "")
      : "What must be decided now? Nothing",
    note:
      "Tonnes bought, or number built, by period. Orange: " +
      "more than in the base-case plan; green: less." +
      andMoreRows(things.length, most, "thing", "Here and now") +
      andMoreRows(periods.length, MAX_GRID_COLUMNS, "period", "Here and now"),
    heads: ["kind", "thing", "site", "material", "period", "decided", "base plan", "least", "most"],
    rows: () =>
      decisions.map(row => [
        row.kind,
        row.thing,
        row.site,
        row.material,
        row.period,
        row.decided,
        row["base plan"],
        row.least,
        row.most,
      ]),
    paint(width) {
      if (!decisions.length)
        return make("p", {}, "There is no option, no contract and no purchase before the date.");
      const shown = things.slice(0, most).map(([key]) => [key, firstOf(key)]);
      return grid(
        width,
        shown.map(([, row]) => named(row)),
        columns,
        (number, column) => {
          const row = at.get(`${shown[number][0]}\u0000${columns[column]}`);
          if (!row)
            return {
              text: "",
              fill: null,
              tooltip: `${named(shown[number][1])}, ${columns[column]}\nnot decided now`,
            };
          const less = isNumber(row["base plan"]) ? row.decided - row["base plan"] : 0;
          return {
            text: plainNumber(row.decided),
            fill:
              Math.abs(less) > 1e-3
                ? tint(less, Math.max(row.decided, row["base plan"]))
                : "var(--faint)",
            tooltip: [
              `${named(row)}${row.site ? ` from ${row.site}` : ""}, ${row.period}`,
              `decided: ${plainNumber(row.decided)}${unit(row)}`,
              isNumber(row["base plan"])
                ? `base-case plan: ${plainNumber(row["base plan"])}${unit(row)}`
                : "",
              isNumber(row.least)
                ? `if the scenario were known: ${plainNumber(row.least)} to ` +
                  `${plainNumber(row.most)}${unit(row)}`
                : "",
            ]
              .filter(Boolean)
              .join("\n"),
          };
        },
        "Decisions now",
      );
    },
  });
  return {
    about: counted(rows.length, "scenario"),
    alerts: null,
    tiles: [
      ["Expected cost", money(expected), "of this plan, over all scenarios"],
      isNumber(cvar)
        ? [
            "Mean of the worst",
            money(cvar),
            `CVaR, ${values.get("CVaR").meaning.replace("of the joint plan: ", "")}`,
          ]
        : null,
      isNumber(vss)
        ? [
            "Planning for all saves",
            money(vss),
            `VSS: on average, vs the base-case plan${dearer ? "; less risk is paid for" : ""}`,
          ]
        : impossible
          ? ["Planning for all saves", "without bound", "the base-case plan is impossible", "warn"]
          : null,
      isNumber(evpi) ? ["Knowing would save", money(evpi), "EVPI: at most, on top"] : null,
      ["Decided now", digits(decisions.length, 0), "purchases and options"],
    ].filter(Boolean),
    words: [
      `This plan decides now what must be decided now, and costs ${money(expected)} ` +
        `on average over ${counted(rows.length, "scenario")}.`,
      dearer
        ? `Planning for the base case only would cost ${money(-vss)} less on average, at more ` +
          "risk: this is what the lower risk of this plan costs (the value of the stochastic " +
          "solution, VSS, is below zero)."
        : isNumber(vss)
          ? `Planning for the base case only would cost ${money(vss)} more on average: the value ` +
            "of the stochastic solution (VSS)."
          : impossible
            ? "The value of the stochastic solution (VSS) has no bound: " +
              (values.get("Expected cost of the base plan")?.meaning || "").replace(
                "impossible: ",
                "",
              ) +
              "."
            : null,
      isNumber(evpi)
        ? `Knowing in advance which scenario comes would save ${money(evpi)} on average: the ` +
          "expected value of perfect information (EVPI), and the most that a forecast, a " +
          "survey or an option to wait can be worth."
        : null,
      worst && best !== worst
        ? `The ${total} hides a range: from ${money(best.cost)} (${best.scenario}) to ` +
          `${money(worst.cost)} (${worst.scenario}).`
        : null,
    ],
    parts: [
      [
        "What it is worth",
        section("overview", "What is planning for several futures worth?", ladder),
      ],
      ["Each scenario", section("each", "What does each scenario cost?", each)],
      ["Here and now", section("decisions", "What must be decided now?", table)],
    ],
  };
}
