// Cost against a limit: the curve, its ends by name, and what one unit less costs.
const LIMIT_NOUNS = {
  bought: "purchases",
  made: "runs",
  used: "use",
  produced: "production",
  shipped: "shipments",
  delivered: "deliveries",
  stock: "stock",
  built: "what is built",
  spent: "money spent",
  short: "tonnes short",
  shortage: "tonnes short",
  capital: "capital spent",
  "not firm": "purchases that are not firm",
  "non-firm": "purchases that are not firm",
};
const LIMIT_PREPOSITIONS = {
  country: "from",
  material: "of",
  site: "at",
  "to site": "to",
  "to country": "to",
};
// The sum that a limit bounds, in words: "country = China" are purchases from China.
function inWords(limit) {
  const parts = limit
    .split(";")
    .map(part => part.trim())
    .filter(part => part && !/^as\s*=/.test(part));
  const noun = LIMIT_NOUNS[parts[0]?.toLowerCase()];
  return [
    noun || "purchases",
    ...parts.slice(noun ? 1 : 0).map(part => {
      const [key, name] = part.split("=").map(word => word.trim());
      return `${LIMIT_PREPOSITIONS[key] || key} ${name || ""}`.trim();
    }),
  ].join(" ");
}
function frontierView() {
  const rows = recordsOf("Frontier").map(row => ({
    ...row,
    "dearer by": withoutRounding(row["dearer by"], row.cost),
  }));
  const kind = kindOf("Frontier", "found");
  const what = inWords(data.title.replace(/^Frontier: /, ""));
  naming = run =>
    run === base
      ? "the least-cost plan"
      : run.name.replace(/^(at most )(.+)$/, (whole, most, bound) =>
          Number.isFinite(Number(bound)) ? most + withUnit(kind, Number(bound)) : whole,
        );
  const points = rows.filter(row => isNumber(row.cost)).sort((a, b) => b.found - a.found);
  const first = points[0];
  const last = points[points.length - 1];
  const shown = value => withUnit(kind, value);
  const share = kind === "share";
  const per = value => (share ? value / 100 : value);
  const one =
    {
      share: "percentage point",
      tonnes: "tonne",
      money: `${currency}`,
      number: "unit",
      amount: "unit",
    }[kind] || "unit";
  const steps = points
    .map((row, place) => ({row, above: points[place - 1]}))
    .filter(({row, above}) => above && isNumber(row["for one less"]));
  const steepest = [...steps].sort((a, b) => b.row["for one less"] - a.row["for one less"])[0];
  const tooltip = row =>
    `${row === first ? "Least-cost plan" : row === last ? "Least that has a plan" : "Plan"}: ` +
    `${what} ${shown(row.found)}\n${money(row.cost)}, ${signed(row["dearer by"], money)} ` +
    `more than the least-cost plan\n${tonnes(row.short)} short`;
  const heads = [
    `bound, ${kind}`,
    `found, ${kind}`,
    `cost, ${currency}`,
    `additional cost, ${currency}`,
    `for one less, ${currency}`,
    "short, t",
    "status",
  ];
  const table = () =>
    rows.map(row => [
      shown(row.bound),
      shown(row.found),
      row.cost,
      row["dearer by"],
      row["for one less"],
      row.short,
      row.status,
    ]);
  const curve = figure({
    title:
      points.length > 1
        ? `What does it cost to lower ${what}? From ${shown(first.found)} down to ` +
          `${shown(last.found)}: ${signed(last.cost - first.cost, money)}`
        : `There is no trade-off: in the least-cost plan, ${what} are ${shown(first?.found)}`,
    note:
      `Across: ${what}, ` +
      (share ? "as a share" : kind === "tonnes" ? "tonnes" : kind) +
      `${horizonSuffix()}, ` +
      "less to the " +
      `left. Up: cost in ${currency}, present value; the scale does not begin at zero. ` +
      "Each point is a plan.",
    heads,
    rows: table,
    paint(width) {
      const high = Math.min(430, Math.max(300, width * 0.36));
      const left = 86;
      const right = 40;
      const top = 34;
      const floor = high - 44;
      const costs = points.map(row => row.cost);
      const amounts = points.map(row => row.found);
      const low = Math.min(...costs);
      const peak = Math.max(...costs);
      const least = Math.min(...amounts);
      const most = Math.max(...amounts);
      const x = value =>
        left + (most > least ? (value - least) / (most - least) : 0.5) * (width - left - right);
      const y = value =>
        floor - (peak > low ? (value - low) / (peak - low) : 0) * (floor - top - 20);
      const svg = svgCanvas(width, high, "Cost against the limit");
      for (let tick = 0; tick <= 4; tick++) {
        const value = low + ((peak - low) * tick) / 4;
        const place = y(value);
        if (peak > low || !tick)
          svg.append(
            draw("path", {d: `M${left} ${place}H${width - right}`, stroke: "var(--faint)"}),
            draw(
              "text",
              {x: left - 8, y: place + 4, "text-anchor": "end", class: "soft"},
              money(value).replace(`\u00a0${currency}`, ""),
            ),
          );
      }
      for (let tick = 0; tick <= 4; tick++)
        if (most > least || !tick) {
          const value = least + ((most - least) * tick) / 4;
          svg.append(
            draw(
              "text",
              {x: x(value), y: floor + 20, "text-anchor": "middle", class: "soft"},
              shown(value),
            ),
          );
        }
      svg.append(
        draw(
          "text",
          {x: (left + width - right) / 2, y: high - 6, "text-anchor": "middle"},
          `${what} (${share ? "share" : kind})`,
        ),
        draw("text", {x: 4, y: 14}, `cost, ${currency}`),
        draw("path", {
          d: points
            .map((row, place) => `${place ? "L" : "M"}${x(row.found)} ${y(row.cost)}`)
            .join(""),
          fill: "none",
          stroke: "var(--bar)",
          "stroke-width": 2.5,
        }),
      );
      const marks = points.map(row => {
        const group = addTooltip(draw("g", {}), tooltip(row));
        group.append(
          draw("circle", {cx: x(row.found), cy: y(row.cost), r: 14, fill: "transparent"}),
          draw("circle", {
            cx: x(row.found),
            cy: y(row.cost),
            r: row === first || row === last ? 7 : 5,
            style:
              "fill:" +
              (row === first ? "var(--good)" : row === last ? "var(--bad)" : "var(--bar)"),
          }),
        );
        if (row === first || row === last) {
          const anchor = row === first && points.length > 1 ? "end" : "start";
          const aside = x(row.found) + (anchor === "end" ? 8 : 12);
          const up = anchor === "end" ? 28 : 2;
          group.append(
            draw(
              "text",
              {x: aside, y: y(row.cost) - up, "text-anchor": anchor, class: "bold halo"},
              row === first ? "Least-cost plan" : "Least that has a plan",
            ),
            draw(
              "text",
              {x: aside, y: y(row.cost) - up + 15, "text-anchor": anchor, class: "halo"},
              `${shown(row.found)}: ${money(row.cost)}`,
            ),
          );
        }
        return group;
      });
      svg.append(...marks);
      addArrowKeys(marks);
      return svg;
    },
  });
  const prices = steps.length
    ? figure({
        title:
          `What does one ${one} less cost? ` +
          `${money(per(Math.min(...steps.map(({row}) => row["for one less"]))))} at first, ` +
          `${money(per(steepest.row["for one less"]))} at most`,
        note:
          `${currency} for each ${one} less, from one plan to the ` +
          `next${horizonSuffix()}` +
          (share ? "; the workbook has it for the whole share, a hundred times as much" : "") +
          ".",
        heads,
        rows: table,
        paint: width =>
          bars(
            width,
            steps.map(({row, above}) => ({
              name: `${shown(above.found)} to ${shown(row.found)}`,
              value: per(row["for one less"]),
              text: `${money(per(row["for one less"]))} for each ${one}`,
              tooltip:
                `From ${shown(above.found)} to ${shown(row.found)}: ` +
                `${money(row.cost - above.cost)} more, ${money(per(row["for one less"]))} ` +
                `for each ${one}`,
              colour: "var(--plus)",
            })),
            "Marginal price",
          ),
      })
    : null;
  const short = points.some(row => row.short > 1e-6)
    ? figure({
        title:
          `Is demand met on the way? ${tonnes(Math.max(...points.map(row => row.short)))} ` +
          "are short at most",
        note: `Tonnes of demand short${horizonSuffix()}, by the level of ${what}.`,
        heads,
        rows: table,
        paint: width =>
          bars(
            width,
            points.map(row => ({
              name: shown(row.found),
              value: row.short,
              text: `${tonnes(row.short)} short`,
              tooltip: tooltip(row),
              colour: "var(--bad)",
            })),
            "Tonnes short",
          ),
      })
    : null;
  return {
    about: counted(rows.length, "plan"),
    alerts: failures(),
    tiles: first
      ? [
          ["Least-cost plan", money(first.cost), `${what}: ${shown(first.found)}`],
          ["Least that has a plan", shown(last.found), `${what}, at ${money(last.cost)}`],
          [
            "To get there",
            signed(last.cost - first.cost, money),
            first.cost
              ? `${signed((last.cost - first.cost) / Math.abs(first.cost), percent)} on the ` +
                "least cost"
              : "",
          ],
          steepest
            ? [
                "Steepest step",
                money(per(steepest.row["for one less"])),
                `for each ${one} from ${shown(steepest.above.found)} to ` +
                  `${shown(steepest.row.found)}`,
              ]
            : null,
          [
            "Short",
            tonnes(last.short),
            last.short > 1e-6 ? "at the tightest end" : "no shortage, even at the tightest limit",
            last.short > 1e-6 ? "warn" : "",
          ],
        ].filter(Boolean)
      : [],
    words:
      points.length > 1
        ? [
            `In the least-cost plan, ${what} are ${shown(first.found)}; ` +
              `it costs ${money(first.cost)}.`,
            `The least with a plan is ${shown(last.found)}: ` +
              `it costs ${money(last.cost)}, ` +
              `${signed(last.cost - first.cost, money)}` +
              (last.short > first.short + 1e-6
                ? `, and leaves ${tonnes(last.short - first.short)} more short`
                : "") +
              ".",
            steps.length > 1
              ? `The first step costs ${money(per(steps[0].row["for one less"]))} for each ` +
                `${one}, the last ${money(per(steps[steps.length - 1].row["for one less"]))}.`
              : null,
          ]
        : data.notes,
    parts: [
      [
        "Cost against the limit",
        section(
          "overview",
          "What does the limit cost?",
          curve,
          make("div", {class: "pair"}, prices, short),
        ),
      ],
      ...planParts(),
    ],
  };
}
