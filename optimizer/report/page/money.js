// Money: what the plan costs, what rules cost, what is scarce, what is nearly competitive.
const price = (value, unit = "t") =>
  isNumber(value) ? `${plainNumber(value)} ${currency}/${unit}` : "–";

function costFigure() {
  const {years, rows} = data.costs;
  if (!rows.length) return null;
  let basis = "discounted";
  const values = row => row[basis];
  const element = figure({
    title: () => {
      const top = [...rows].sort((a, b) => sum(values(b)) - sum(values(a)))[0];
      const gross = sum(rows.map(row => Math.max(0, sum(values(row)))));
      const total = sum(rows.map(row => sum(values(row))));
      return (
        `What does the plan cost? ${money(total)}; the largest part is ${top.category}, ` +
        `${percent(sum(values(top)) / gross, 0)} of all that is paid`
      );
    },
    note: () =>
      `${currency}, ` +
      `${basis === "discounted" ? "present value at the start" : "as paid, not discounted"}, ` +
      `${horizonText}. Left: from zero to the total, category by category; green takes off. ` +
      "Right: by calendar year.",
    tools: [
      selectBox(
        "Money",
        [
          ["discounted", "present value"],
          ["amount", "as paid"],
        ],
        basis,
        value => {
          basis = value;
          element.repaint();
        },
      ),
    ],
    heads: ["category", "total", ...years],
    rows: () => [
      ...rows.map(row => [row.category, sum(values(row)), ...values(row)]),
      [
        "total",
        sum(rows.map(row => sum(values(row)))),
        ...years.map((_, place) => sum(rows.map(row => values(row)[place]))),
      ],
    ],
    paint(width) {
      const shown = rows.filter(
        row => Math.abs(sum(values(row))) > 1e-9 || values(row).some(Boolean),
      );
      const total = {
        category: "total",
        total: true,
        [basis]: years.map((_, place) => sum(rows.map(row => values(row)[place]))),
      };
      const lines = [...shown, total];
      const line = 26;
      const top = 20;
      const height = top + lines.length * line + 4;
      const labels = 104;
      const right = Math.min(width * 0.5, years.length * 112);
      const room = width - labels - right - 24;
      const per = right / Math.max(1, years.length);
      let run = 0;
      let least = 0;
      let most = 1e-9;
      for (const row of shown) {
        run += sum(values(row));
        least = Math.min(least, run);
        most = Math.max(most, run);
      }
      const figures = 96;
      const x = value => labels + ((value - least) / (most - least)) * (room - figures);
      const tallest = Math.max(...lines.flatMap(row => values(row).map(Math.abs)), 1e-9);
      const svg = svgCanvas(width, height, "Cost by category and year");
      const all = per > 58 ? 1 : Math.ceil(58 / per);
      years.forEach((year, place) => {
        if (place % all === 0)
          svg.append(draw("text", {x: width - right + place * per, y: 13, class: "soft"}, year));
      });
      run = 0;
      const marks = lines.map((row, number) => {
        const amount = sum(values(row));
        const y = top + number * line;
        const from = row.total ? 0 : run;
        const to = row.total ? amount : run + amount;
        run = row.total ? run : to;
        const colour = row.total ? "var(--ink)" : amount < 0 ? "var(--minus)" : "var(--bar)";
        const group = addTooltip(
          draw("g", {}),
          [
            `${row.category}: ${money(amount)}`,
            ...years.slice(0, 12).map((year, place) => `${year}: ${money(values(row)[place])}`),
          ].join("\n"),
        );
        const end = Math.max(x(from), x(to));
        group.append(
          draw("rect", {x: 0, y, width, height: line, fill: "transparent"}),
          draw(
            "text",
            {x: labels - 10, y: y + 17, "text-anchor": "end", class: row.total ? "bold" : null},
            row.category,
          ),
          draw("rect", {
            x: Math.min(x(from), x(to)),
            y: y + 4,
            width: Math.max(1, Math.abs(x(to) - x(from))),
            height: line - 8,
            fill: colour,
          }),
          draw(
            "text",
            {x: end + 6, y: y + 17, class: row.total ? "bold" : null},
            shortMoney(amount),
          ),
        );
        values(row).forEach((value, place) => {
          const left = width - right + place * per;
          const long = (Math.abs(value) / tallest) * (per - 64);
          if (per > 58) {
            if (value)
              group.append(
                draw("rect", {
                  x: left,
                  y: y + 4,
                  width: Math.max(0.8, long),
                  height: line - 8,
                  fill: colour,
                  opacity: 0.8,
                }),
                draw(
                  "text",
                  {x: left + Math.max(0.8, long) + 4, y: y + 17, class: "soft"},
                  shortMoney(value),
                ),
              );
          } else
            group.append(
              draw("rect", {
                x: left,
                y: y + line - 4 - (Math.abs(value) / tallest) * (line - 6),
                width: Math.max(0.8, per - 1),
                height: (Math.abs(value) / tallest) * (line - 6),
                fill: colour,
              }),
            );
        });
        return group;
      });
      svg.append(draw("path", {d: `M${x(0)} ${top}V${height}`, stroke: "var(--line)"}), ...marks);
      addArrowKeys(marks);
      return svg;
    },
  });
  return element;
}

// Names that a rule cost has if it is that of all rules together.
const ALL_RULES =
  /^(\*|all|every|all rules|every rule|no rules?|without (any )?rules?|unrestricted)$/i;
// From the cost without rules to that of the plan. The steps of single rules do not add up, so a
// step for their joint cost follows; without a row for all rules each rule stands alone.
function ruleCostFigure() {
  const rows = data.rule_costs.filter(row => isNumber(row.without) && isNumber(row.premium));
  if (!rows.length || data.objective === null) return null;
  const every = rows.find(row => ALL_RULES.test(row.rule.trim()));
  const single = rows.filter(row => row !== every).sort((a, b) => b.premium - a.premium);
  const start = every ? every.without : null;
  const together = every ? data.objective - every.without - sum(single.map(row => row.premium)) : 0;
  const steps = [];
  if (every) {
    let level = start;
    steps.push(["Without any rule", 0, start, "var(--ink)", money(start)]);
    for (const row of single) {
      steps.push([row.rule, level, level + row.premium, "var(--plus)", `+ ${money(row.premium)}`]);
      level += row.premium;
    }
    if (Math.abs(together) > 1e-6 * Math.abs(data.objective))
      steps.push([
        "All rules together",
        level,
        level + together,
        together < 0 ? "var(--minus)" : "var(--plus)",
        `${together < 0 ? "" : "+ "}${money(together)}`,
      ]);
  } else
    for (const row of single)
      steps.push([row.rule, row.without, data.objective, "var(--plus)", `+ ${money(row.premium)}`]);
  steps.push(["The plan, every rule kept", 0, data.objective, "var(--ink)", money(data.objective)]);
  return figure({
    title: every
      ? `What do the rules cost? ${money(data.objective - every.without)}, ` +
        `${percent((data.objective - every.without) / Math.abs(every.without || 1))} on top ` +
        "of a plan without rules"
      : "What does each rule cost?",
    note:
      `${currency}, present value, ${horizonText}. A rule's step is what the plan would save ` +
      "without that rule alone. Bars do not begin at zero.",
    heads: ["rule", `cost without it, ${currency}`, `premium, ${currency}`],
    rows: () => rows.map(row => [row.rule, row.without, row.premium]),
    paint(width) {
      const labels = Math.min(260, width * 0.32);
      const room = width - labels - 150;
      const line = 30;
      const svg = svgCanvas(width, steps.length * line + 6, "Cost of rules");
      const levels = [
        data.objective,
        ...(every ? [start] : []),
        ...steps.filter(step => step[1]).flatMap(step => [step[1], step[2]]),
      ];
      const low = Math.min(...levels);
      const high = Math.max(...levels);
      const base = low - (high - low) * 0.25 || low * 0.9;
      const x = value => labels + Math.max(0, (value - base) / (high - base || 1)) * room;
      const marks = steps.map(([name, from, to, colour, text], number) => {
        const y = number * line + 4;
        const begin = from ? x(from) : labels;
        const end = x(to);
        const group = addTooltip(draw("g", {}), `${name}: ${text}`);
        group.append(
          draw(
            "text",
            {x: labels - 10, y: y + 17, "text-anchor": "end"},
            fitText(name, labels - 14),
          ),
          draw("rect", {
            x: Math.min(begin, end),
            y: y + 2,
            width: Math.max(1.5, Math.abs(end - begin)),
            height: line - 10,
            fill: colour,
          }),
          draw("text", {x: Math.max(begin, end) + 6, y: y + 17, class: "bold"}, text),
        );
        return group;
      });
      svg.append(...marks);
      addArrowKeys(marks);
      return svg;
    },
  });
}

const KINDS = {
  demand: "demand: what the last tonne costs",
  capacity: "capacity",
  offer: "supply",
  lane: "lanes",
  "stock bound": "stock bounds",
  "rule share": "shares of rules",
};
const SCARCEST = "";
function kindChooser(found, start, change) {
  return selectBox(
    "Kind",
    found.map(kind => [
      kind,
      kind === SCARCEST ? "the scarcest of all kinds" : KINDS[kind] || kind,
    ]),
    start,
    change,
  );
}
function kinds(rows, first, change) {
  const found = [...new Set(rows.map(row => row.kind))].sort(
    (a, b) => first.indexOf(b) - first.indexOf(a),
  );
  const start = first.findLast(kind => found.includes(kind)) || found[0];
  return [start, kindChooser(found, start, change)];
}
const MAX_LISTED_THINGS = 15;
const priceUnit = row => (["use", "number"].includes(row.unit) ? "unit" : row.unit);
// Bin, period, bound and worth of the period in which one unit is worth most.
const peakOf = row =>
  row.at.reduce((best, each) => (Math.abs(each[3] || 0) > Math.abs(best[3] || 0) ? each : best));

function scarcityFigure() {
  const {rows, left} = data.scarcity;
  if (!rows.length) return null;
  const ranked = rows.filter(row => row.saving > 0).sort((a, b) => b.saving - a.saving);
  const found = [
    ...(ranked.length ? [SCARCEST] : []),
    ...[...new Set(rows.map(row => row.kind))].sort(),
  ];
  let kind = found[0];
  const of = () => (kind === SCARCEST ? ranked : rows.filter(row => row.kind === kind));
  const element = figure({
    title: () => scarcityTitle(of()[0], kind),
    note: () =>
      `Saved by 1 % more: present value, ${currency}, of relaxing the bound by 1 % wherever it ` +
      "binds, as in Bottlenecks and on the Summary; minimums and demand have none. Value of one " +
      `unit: saved in that ${periodNoun}, not discounted (one more of a maximum, one less of a ` +
      `minimum), for a small change. The strip shows in which ${periodNoun} it binds, ` +
      `${horizonText}.` +
      andMore(left, "thing", "Scarcity"),
    tools: kindChooser(found, kind, value => {
      kind = value;
      element.repaint();
    }),
    paint() {
      const shown = of().slice(0, MAX_LISTED_THINGS);
      const hiddenRows = of().length - shown.length;
      return make(
        "div",
        {},
        make(
          "div",
          {class: "list scroll", tabindex: 0, role: "region", "aria-label": "What is scarce"},
          make(
            "table",
            {},
            make(
              "thead",
              {},
              make(
                "tr",
                {},
                [
                  "what binds",
                  `saved by 1 % more, ${currency}`,
                  "value of one unit, at most",
                  bins.length > 1 ? `${bins[0]} … ${bins[bins.length - 1]}` : bins[0],
                ].map((text, place) =>
                  make(
                    "th",
                    {scope: "col", class: place === 1 || place === 2 ? "number" : null},
                    text,
                  ),
                ),
              ),
            ),
            make("tbody", {}, shown.map(scarcityRow)),
          ),
        ),
        hiddenRows > 0 ? make("p", {class: "note"}, `And ${hiddenRows} more: see Scarcity.`) : null,
      );
    },
  });
  return element;
}
function scarcityTitle(top, kind) {
  const best = peakOf(top);
  if (kind === "demand")
    return `What does the last tonne cost? Up to ${money(best[3])} for ${top.thing} (${best[1]})`;
  if (top.saving > 0)
    return `What is scarce? Above all ${top.thing}: 1 % more saves ${money(top.saving)}`;
  const unit = top.unit === "t" ? "tonne" : priceUnit(top);
  return (
    `What is scarce? One ${unit} ${top.per === "one less" ? "less" : "more"} of ${top.thing} is ` +
    `worth up to ${money(best[3])} (${best[1]})`
  );
}
function scarcityRow(row) {
  const best = peakOf(row);
  const most = Math.abs(best[3]) || 1;
  const worth = new Map();
  for (const [bin, , , value] of row.at)
    worth.set(bin, Math.max(worth.get(bin) || 0, Math.abs(value || 0)));
  const bound = `${plainNumber(best[2])} ${priceUnit(row) === "unit" ? "units" : row.unit}`;
  return make(
    "tr",
    {},
    make(
      "td",
      {},
      row.thing,
      make(
        "small",
        {},
        `${KINDS[row.kind]?.split(":")[0] || row.kind}` +
          (row.per === "one less" ? ", minimum" : ""),
      ),
    ),
    make("td", {class: "number"}, isNumber(row.saving) ? shortMoney(row.saving) : "–"),
    make(
      "td",
      {class: "number"},
      price(best[3], priceUnit(row)),
      make("small", {}, `${best[1] ? `${best[1]}, ` : ""}bound ${bound}`),
    ),
    make(
      "td",
      {},
      make(
        "div",
        {class: "strip", role: "img", "aria-label": `binds in ${worth.size} of ${bins.length}`},
        bins.map((label, bin) =>
          make("i", {
            title: worth.has(bin) ? `${label}: ${price(worth.get(bin), priceUnit(row))}` : null,
            style: worth.has(bin)
              ? `background:${heat(0.25 + (0.75 * worth.get(bin)) / most)}`
              : null,
          }),
        ),
      ),
    ),
  );
}
function breakEvenFigure() {
  const rows = data.break_even.rows;
  const {left} = data.break_even;
  if (!rows.length) return null;
  let [kind, chooser] = kinds(rows, ["process", "lane", "option", "offer"], value => {
    kind = value;
    element.repaint();
  });
  const share = row => (row.price ? row.less / Math.abs(row.price) : null);
  const of = () => rows.filter(row => row.kind === kind);
  const word = {offer: "supplier", option: "investment", lane: "lane", process: "process"};
  const element = figure({
    title: () => {
      const top = of()[0];
      return (
        `Who is nearly in the plan? ${top.thing} would enter in ${top.period} ` +
        "if it were " +
        (share(top) === null ? price(top.less) : percent(share(top), share(top) < 0.01 ? 2 : 1)) +
        " " +
        "cheaper"
      );
    },
    note: () =>
      `Each ${word[kind] || kind} that is not used in a ${periodNoun}, in its best ` +
      `${periodNoun}; ` +
      `nearest first. Prices in ${currency} per unit bought, made, moved or built. ` +
      `Negotiate from the top.` +
      andMore(left, "row", "Break-even"),
    tools: chooser,
    paint() {
      const shown = of().slice(0, 15);
      const hiddenRows = of().length - shown.length;
      const widest = Math.max(...shown.map(row => share(row) ?? 1), 1e-9);
      return make(
        "div",
        {},
        make(
          "div",
          {class: "list scroll", tabindex: 0, role: "region", "aria-label": "Break-even"},
          make(
            "table",
            {},
            make(
              "thead",
              {},
              make(
                "tr",
                {},
                ["not used", "price", "enters at", "cheaper by", ""].map((text, place) =>
                  make("th", {scope: "col", class: place > 0 && place < 4 ? "number" : null}, text),
                ),
              ),
            ),
            make(
              "tbody",
              {},
              shown.map(row =>
                make(
                  "tr",
                  {},
                  make(
                    "td",
                    {},
                    row.thing,
                    make(
                      "small",
                      {},
                      `${row.thing.includes(row.material) ? "" : `${row.material}, `}${row.period}`,
                    ),
                  ),
                  make("td", {class: "number"}, plainNumber(row.price)),
                  make("td", {class: "number"}, plainNumber(row.even)),
                  make(
                    "td",
                    {class: "number"},
                    share(row) === null
                      ? plainNumber(row.less)
                      : percent(share(row), share(row) < 0.01 ? 2 : 1),
                  ),
                  make(
                    "td",
                    {},
                    make(
                      "div",
                      {class: "track", "aria-hidden": "true"},
                      make("i", {style: `left:0;width:${(100 * (share(row) ?? 1)) / widest}%`}),
                    ),
                  ),
                ),
              ),
            ),
          ),
        ),
        hiddenRows > 0
          ? make("p", {class: "note"}, `And ${hiddenRows} more of this kind: see Break-even.`)
          : null,
      );
    },
  });
  return element;
}
