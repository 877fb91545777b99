// Losses: the cost of each, the time to the first shortage, and the replacements.
function stressView() {
  naming = run => (run === base ? "no loss" : run.name);
  const all = recordsOf("Stress").map(row => ({
    ...row,
    "dearer by": withoutRounding(row["dearer by"], base.cost),
  }));
  const sheet = sheetOf("Stress");
  const gains = recordsOf("Replaced by");
  const solved = all.filter(row => isNumber(row.cost));
  const lost = all.filter(row => !isNumber(row.cost));
  const dear = [...solved].sort((a, b) => b["dearer by"] - a["dearer by"]);
  const short = [...solved].sort((a, b) => b["shorter by"] - a["shorter by"]);
  const early = solved
    .filter(row => row["first short"])
    .sort((a, b) => a.after - b.after || b["shorter by"] - a["shorter by"]);
  const scale = Math.abs(base.cost || 1);
  const idle = solved.filter(
    row => isNegligible(row["dearer by"] / scale) && row["shorter by"] < 1e-3,
  );
  const name = row => `${row.loss} (${row.kind})`;
  const periods = count => (count ? `after ${counted(count, periodNoun)}` : "at once");
  const step = row =>
    `${signed(row["dearer by"], money)} (${signed(row["dearer by"] / scale, percent)})`;
  const dearest = dear[0];
  const shortest = short[0]?.["shorter by"] > 1e-3 ? short[0] : null;
  const kinds = [...new Set(all.map(row => row.kind))];
  let kind = "";
  let chosen = dearest ? name(dearest) : "";
  const most = 20;
  const only = rows => rows.filter(row => !kind || row.kind === kind);
  const tooltip = row =>
    [
      `${name(row)}: ${step(row)}`,
      `${signed(row["shorter by"], tonnes)} short, ${percent(row.covered)} covered`,
      row["first short"]
        ? `first short in ${row["first short"]}, ${periods(row.after)}`
        : "causes no shortage",
      row["replaced by"] ? `replaced by ${row["replaced by"]}` : "",
    ]
      .filter(Boolean)
      .join("\n");
  const heads = [
    "loss",
    "kind",
    `additional cost, ${currency}`,
    "additional shortage, t",
    "covered",
    "first short",
    "after, periods",
    "replaced by",
  ];
  const rows = list => () =>
    list().map(row => [
      row.loss,
      row.kind,
      row["dearer by"],
      row["shorter by"],
      percent(row.covered),
      row["first short"],
      row.after,
      row["replaced by"],
    ]);
  const rowsNote = andMoreRows(sheet.total, sheet.shown, "row", "Stress");
  const felt = () => only(dear).filter(row => row["dearer by"]);
  const numb = () => only(dear).length - felt().length;
  const cost = figure({
    title: () =>
      only(dear)[0]
        ? `What does a loss cost? ${only(dear)[0].loss}: ${step(only(dear)[0])}`
        : "What does a loss cost?",
    note: () =>
      `${currency} more than the plan without a loss, which costs ${money(base.cost)}; ` +
      `present value${horizonSuffix()}. Costliest ` +
      "first." +
      (numb()
        ? ` ${counted(numb(), "loss", "losses")} without effect on cost ` +
          `${numb() === 1 ? "is" : "are"} left out.`
        : "") +
      andMoreRows(felt().length, most, "row", "Stress") +
      rowsNote,
    heads,
    rows: rows(() => only(dear)),
    paint: width =>
      felt().length
        ? bars(
            width,
            felt()
              .slice(0, most)
              .map(row => ({
                name: name(row),
                value: row["dearer by"],
                text: step(row),
                tooltip: tooltip(row),
                colour: row["dearer by"] < 0 ? "var(--minus)" : "var(--plus)",
              })),
            "Losses by cost",
          )
        : make("p", {}, "No loss of this kind adds cost."),
  });
  const tonnesShort = () => only(short).filter(row => row["shorter by"] > 1e-3);
  const cover = figure({
    title: () =>
      tonnesShort().length
        ? `How much shortage does a loss cause? ${tonnesShort()[0].loss}: ` +
          `${tonnes(tonnesShort()[0]["shorter by"])} more`
        : "How much shortage does a loss cause? None",
    note: () =>
      `Tonnes of demand short, more than without the loss${horizonSuffix()}, and the share that ` +
      "is still covered. Most first." +
      andMoreRows(tonnesShort().length, most, "row", "Stress"),
    heads,
    rows: rows(() => only(short)),
    paint: width =>
      tonnesShort().length
        ? bars(
            width,
            tonnesShort()
              .slice(0, most)
              .map(row => ({
                name: name(row),
                value: row["shorter by"],
                text: `${tonnes(row["shorter by"])}, ${percent(row.covered)} covered`,
                tooltip: tooltip(row),
                colour: "var(--bad)",
              })),
            "Losses by tonnes short",
          )
        : make("p", {}, "No loss causes a shortage."),
  });
  const soon = figure({
    title: () =>
      only(early)[0]
        ? `How soon does a shortage follow? ${only(early)[0].loss}: ${periods(only(early)[0].after)}`
        : "How soon does a shortage follow? No loss causes one",
    note: () =>
      `The bar goes from the loss to the first ${periodNoun} in which more is short, stocks and ` +
      "orders in transit used up; soonest first. Losses that never lead to a shortage are " +
      "left out." +
      andMoreRows(only(early).length, most, "row", "Stress"),
    heads,
    rows: rows(() => only(early)),
    paint(width) {
      const shown = only(early).slice(0, most);
      if (!shown.length) return make("p", {}, "No loss leads to a shortage.");
      const labels = labelWidth(
        shown.map(row => ({name: name(row)})),
        width,
      );
      const across = (width - labels - 150) / bins.length;
      const line = 26;
      const top = 20;
      const svg = svgCanvas(width, top + shown.length * line + 4, "Time to the first shortage");
      const each = Math.max(1, Math.ceil(60 / across));
      bins.forEach((label, place) => {
        if (place % each === 0)
          svg.append(
            draw("text", {x: labels + place * across, y: 13, class: "soft"}, label),
            draw("path", {
              d: `M${labels + place * across} ${top - 2}V${top + shown.length * line}`,
              stroke: "var(--faint)",
            }),
          );
      });
      const marks = shown.map((row, number) => {
        const y = top + number * line;
        const at = bins.indexOf(row["first short"]);
        const from = labels + (at - row.after) * across;
        const to = labels + (at + 0.5) * across;
        const group = addTooltip(draw("g", {}), tooltip(row));
        group.append(
          draw("rect", {x: 0, y, width, height: line, fill: "transparent"}),
          draw(
            "text",
            {x: labels - 10, y: y + 16, "text-anchor": "end"},
            fitText(name(row), labels - 12),
          ),
          draw("rect", {
            x: from,
            y: y + 9,
            width: Math.max(1, to - from),
            height: 7,
            fill: "var(--bar)",
          }),
          draw("circle", {cx: to, cy: y + 12.5, r: 5.5, style: "fill:var(--bad)"}),
          draw(
            "text",
            {x: to + 10, y: y + 16, class: "halo"},
            `${row["first short"]}, ${periods(row.after)}`,
          ),
        );
        return group;
      });
      svg.append(...marks);
      addArrowKeys(marks);
      return svg;
    },
  });
  const stepped = () =>
    gains.filter(row => row.loss === all.find(each => name(each) === chosen)?.loss);
  const worth = dear.filter(row => gains.some(gain => gain.loss === row.loss));
  if (worth.length && !worth.some(row => name(row) === chosen)) chosen = name(worth[0]);
  const replaced = worth.length
    ? figure({
        title: () => `What replaces ${all.find(row => name(row) === chosen).loss}?`,
        note:
          `More than without the loss${horizonSuffix()}: offers in tonnes bought, sites in units ` +
          "of activity of their recipes; largest first." +
          andMoreRows(
            sheetOf("Replaced by").total,
            sheetOf("Replaced by").shown,
            "row",
            "Replaced by",
          ),
        tools: [
          selectBox(
            "Loss",
            worth.map(row => [name(row), name(row)]),
            chosen,
            value => {
              chosen = value;
              replaced.repaint();
            },
          ),
        ],
        heads: ["gains", "name", "detail", "base", "then", "gain"],
        rows: () =>
          stepped().map(row => [row.gains, row.name, row.detail, row.base, row.then, row.gain]),
        paint(width) {
          const half = width > 900 ? (width - 24) / 2 : width;
          const part = (gain, title, unit) => {
            const list = stepped()
              .filter(row => row.gains === gain)
              .sort((a, b) => b.gain - a.gain);
            return make(
              "div",
              {},
              make("h4", {}, title),
              list.length
                ? bars(
                    half,
                    list.slice(0, 10).map(row => ({
                      name: gain === "site" ? `${row.name}: ${row.detail}` : row.name,
                      value: row.gain,
                      text: `+${plainNumber(row.gain)}${unit}`,
                      tooltip:
                        `${row.name}, ${row.detail}\n${plainNumber(row.base)} before, ` +
                        `${plainNumber(row.then)} then${unit}`,
                      colour: gain === "offer" ? "var(--bar)" : "var(--clean)",
                    })),
                    title,
                  )
                : make("p", {class: "note"}, "none"),
              list.length > 10
                ? make("p", {class: "note"}, `And ${list.length - 10} more: see Replaced by.`)
                : null,
            );
          };
          return make(
            "div",
            {class: "pair"},
            part("offer", "Offers bought more, t", "\u00a0t"),
            part("site", "Sites that run more, units of activity", ""),
          );
        },
      })
    : null;
  const steer = make(
    "div",
    {class: "tools steer", role: "group", "aria-label": "What the pictures show"},
    selectBox("Losses of", [["", "every kind"], ...kinds.map(each => [each, each])], "", value => {
      kind = value;
      for (const picture of [cost, cover, soon]) picture.repaint();
    }),
  );
  return {
    about: counted(sheet.total, "loss", "losses"),
    alerts: failures(),
    tiles: [
      ["Without a loss", money(base.cost), `${percent(coverOf(base))} of demand covered`],
      dearest ? ["Costliest loss", signed(dearest["dearer by"], money), name(dearest)] : null,
      shortest
        ? [
            "Most short",
            tonnes(shortest["shorter by"]),
            `${name(shortest)}: ${percent(shortest.covered)} covered`,
            "warn",
          ]
        : ["Shortage after a loss", "none", "no loss causes a shortage"],
      early.length
        ? [
            "Soonest shortage",
            periods(early[0].after),
            `${name(early[0])}, ${early[0]["first short"]}`,
            "warn",
          ]
        : null,
      ["Without effect", `${idle.length} of ${sheet.total}`, "losses that the plan does not feel"],
      lost.length
        ? [
            "Without a valid plan",
            String(lost.length),
            lost.slice(0, 3).map(name).join(", "),
            "bad",
          ]
        : null,
    ].filter(Boolean),
    words: [
      dearest && dearest["dearer by"] > 0
        ? `Losing ${name(dearest)} costs most: ` +
          `${step(dearest)}` +
          (dearest["shorter by"] > 1e-3
            ? `, with ${tonnes(dearest["shorter by"])} additional shortage`
            : ", without additional shortage") +
          "."
        : "No loss costs anything.",
      dearest?.["replaced by"] ? `It is replaced by ${dearest["replaced by"]}.` : null,
      early.length
        ? `${counted(early.length, "loss", "losses")} of ${sheet.total} ` +
          `${early.length === 1 ? "leads" : "lead"} to a shortage, ` +
          `${early.filter(row => !row.after).length} of them at once.`
        : null,
      idle.length ? `${idle.length} of ${sheet.total} change neither cost nor coverage.` : null,
      lost.length
        ? `${counted(lost.length, "loss", "losses")} ` +
          `${lost.length === 1 ? "leaves" : "leave"} no valid plan: see below.`
        : null,
    ],
    parts: [
      [
        "Cost and tonnes",
        section(
          "overview",
          "Which losses hurt most?",
          steer,
          make("div", {class: "pair"}, cost, cover),
        ),
      ],
      ["Time", section("time", "How soon is a loss felt?", soon)],
      ["What replaces it", replaced ? section("replaced", "What replaces it?", replaced) : null],
    ],
  };
}
