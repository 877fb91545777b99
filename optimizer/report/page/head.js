// The head: case, verdict, figures that a board asks for, alerts; and demand and rules below it.
function head() {
  const planned = data.objective !== null;
  const sound = data.status === "optimal" && data.audit?.passed;
  const lawful = data.lawful ? ` Lawful: ${data.lawful}.` : "";
  const verdict = planned
    ? `${data.told} ${data.audit?.passed ? "Audit passed." : "Audit FAILED."}${lawful}`
    : data.told;
  const kind =
    sound && !data.changed.length ? lawfulKind() : planned && data.audit?.passed ? "warn" : "bad";
  const about = planned
    ? `Sourcing plan for ${horizonText} (${counted(data.axis.periods, "period")}).`
    : `Asked for ${horizonText}.`;
  return [
    topOf(data.case, kind, verdict, about),
    planned ? tileList(tiles()) : null,
    data.repairs.length
      ? make(
          "div",
          {class: "alerts bad", id: "repairs"},
          make(
            "h2",
            {style: "margin-top:.3rem"},
            "Why there is no plan, and ways to make one feasible",
          ),
          make(
            "p",
            {},
            "Each way is the least change that gives a plan. " +
              "Each line begins with the cell to change.",
          ),
          data.repairs.map(repair => [
            make("h3", {}, repair.title),
            make(
              "ul",
              {},
              repair.changes.map(line => make("li", {}, line)),
            ),
          ]),
        )
      : null,
    data.alerts.length
      ? make(
          "div",
          {class: "alerts", id: "alerts"},
          make("strong", {}, "Know before you read on"),
          make(
            "ul",
            {},
            data.alerts.map(line => make("li", {}, line)),
          ),
        )
      : null,
    data.warnings.length
      ? make(
          "details",
          {id: "warnings", open: !planned},
          make("summary", {}, `${counted(data.warnings.length, "warning")} about the input`),
          make(
            "ul",
            {},
            data.warnings.map(line => make("li", {}, line)),
          ),
        )
      : null,
  ];
}

// Green is for a plan that keeps its rules on stated origins alone.
const lawfulKind = () => ({yes: "good", "no rules": "soft", no: "bad"})[data.lawful] || "warn";

function tiles() {
  const {demand, rules} = data;
  const names = rules.names || [];
  const weakRules = new Set(rules.rows.filter(row => row.verdict !== "kept").map(row => row.rule));
  const entries = [["Total cost", money(data.objective), "present value over the horizon"]];
  const paid = sum(data.costs.rows.map(row => sum(row.amount)));
  entries.push(["As paid", money(paid), "not discounted, net of revenue"]);
  entries.push(
    demand
      ? [
          "Demand covered",
          percent(1 - demand.short / demand.wanted),
          `of ${tonnes(demand.wanted)} wanted; outlets left out`,
          demand.short > 1e-6 * demand.wanted ? "warn" : "",
        ]
      : ["Demand covered", "–", "no demand line has a penalty"],
  );
  entries.push([
    "Short",
    tonnes(data.shortage),
    data.shortage ? "over the horizon" : "nothing is short",
  ]);
  const stated = weakRules.size
    ? `not all stated: ${[...weakRules].join(", ")}`
    : "all origins stated";
  entries.push([
    "Lawful",
    data.lawful || "–",
    names.length
      ? `${names.length - weakRules.size} of ${names.length} rules kept, ` +
        `${stated}${rules.used > 0 ? `; ${tonnes(rules.used)} use a share` : ""}`
      : "no rule binds a delivery",
    lawfulKind(),
  ]);
  entries.push([
    "Gap to the best possible",
    data.gap === null || data.changed.length ? "unknown" : data.gap ? percent(data.gap, 2) : "none",
    data.changed.length
      ? "the model was changed: nothing is proven of the workbook"
      : data.status !== "optimal"
        ? "not proven optimal"
        : data.solver
          ? `as ${data.solver} reports`
          : data.gap
            ? "proven: no plan is cheaper by more"
            : "proven optimal: no plan is cheaper",
    data.status === "optimal" && !data.changed.length ? "" : "warn",
  ]);
  const checked = data.audit.verdict.match(/([\d,]+) comparisons/);
  entries.push([
    "Audit",
    data.audit.passed ? "Passed" : "FAILED",
    checked ? `${checked[1]} figures recomputed` : data.audit.verdict,
    data.audit.passed ? "" : "bad",
  ]);
  return entries;
}

function covered() {
  const segments = data.demand?.segments || [];
  const coverage = segments
    .slice(0, 8)
    .map(row => `${row.segment} ${percent(1 - row.short / row.wanted)}`);
  return coverage.length
    ? "Covered by segment: " +
        `${coverage.join(", ")}${segments.length > 8 ? ` and ${segments.length - 8} more` : ""}. `
    : "";
}

function demandFigure() {
  const lots = rowsOf(data.delivered);
  const lines = new Map();
  const line = (name, customer, material, segment) => {
    const key = JSON.stringify([name, material]);
    if (!lines.has(key))
      lines.set(key, {
        name,
        customer,
        material,
        segment,
        delivered: 0,
        break: 0,
        open: 0,
        clean: 0,
        short: 0,
      });
    return lines.get(key);
  };
  for (const lot of lots) {
    const row = line(lot.line, lot.customer, data.materials[lot.material], lot.segment);
    row.delivered += lot.tonnes;
    row[stateOf(lot, "")] += lot.tonnes;
  }
  for (const [name, customer, material, segment, short] of data.short)
    line(name, customer, material, segment).short += short;
  const all = [...lines.values()].sort((a, b) => b.delivered + b.short - a.delivered - a.short);
  const shown = all.slice(0, 40);
  const most = Math.max(1e-9, ...shown.map(row => row.delivered + row.short));
  const short = data.shortage > 0;
  const parts = [
    [ruleNames.length ? "delivered, keeping every rule" : "delivered", "--clean", row => row.clean],
    [
      "delivered where a rule is not followed: it binds none of these, and they may break it",
      "--open",
      row => row.open,
    ],
    [
      "delivered, breaking a rule (one that does not bind the delivery, or within its share)",
      "--break",
      row => row.break,
    ],
    ["short", "--bad", row => row.short],
  ];
  const present = parts.filter(part => sum(all.map(part[2])) > 1e-9);
  return figure({
    title: short
      ? `Who gets what? ${tonnes(data.shortage)} of demand are short`
      : "Who gets what? Every line with a penalty is served in full",
    note:
      `${covered()}Tonnes by demand line, ${horizonText}. Largest first.` +
      andMore(all.length - shown.length + data.delivered.left.places, "line", "Deliveries"),
    heads: [
      "line",
      "customer",
      "material",
      "segment",
      "delivered, t",
      "keeping every rule, t",
      "a rule not followed, t",
      "breaking a rule, t",
      "short, t",
    ],
    rows: () =>
      all.map(row => [
        row.name,
        row.customer,
        row.material,
        row.segment,
        row.delivered,
        row.clean,
        row.open,
        row.break,
        row.short,
      ]),
    paint(width) {
      const labels = Math.min(300, width * 0.38);
      const room = width - labels - 130;
      const height = shown.length * 24 + 8;
      const svg = svgCanvas(width, height, "Deliveries by demand line");
      const marks = shown.map((row, place) => {
        const y = place * 24 + 4;
        const group = addTooltip(
          draw("g", {}),
          `${row.name}: ${row.material} to ${row.customer}\n` +
            `delivered ${tonnes(row.delivered)}, of it keeping every rule ` +
            `${tonnes(row.clean)}, a rule not followed ${tonnes(row.open)}, breaking a rule ` +
            `${tonnes(row.break)}\nshort ${tonnes(row.short)}`,
        );
        const name = row.name.includes(row.material) ? row.name : `${row.name} · ${row.material}`;
        group.append(
          draw("rect", {x: 0, y: y - 2, width, height: 22, fill: "transparent"}),
          draw(
            "text",
            {x: labels - 8, y: y + 13, "text-anchor": "end"},
            fitText(name, labels - 12),
          ),
        );
        let x = labels;
        for (const [, colour, value] of parts) {
          const long = (Math.max(0, value(row)) / most) * room;
          if (long > 0)
            group.append(
              draw("rect", {x, y, width: Math.max(long, 0.5), height: 16, fill: `var(${colour})`}),
            );
          x += long;
        }
        group.append(
          draw(
            "text",
            {x: x + 6, y: y + 13},
            tonnes(row.delivered) + (row.short > 0 ? `, ${tonnes(row.short)} short` : ""),
          ),
        );
        return group;
      });
      svg.append(...marks);
      addArrowKeys(marks);
      return make(
        "div",
        {},
        legend(present.map(([text, colour]) => [text, `var(${colour})`])),
        svg,
      );
    },
  });
}
function rulesFigure() {
  const {rows, left} = data.rules;
  const broken = rows.filter(row => row.verdict.startsWith("broken")).length;
  return figure({
    title: broken
      ? `${counted(broken, "check")} of rules are broken`
      : data.lawful === "yes"
        ? "Is every rule kept? Yes, on every line that it binds, and every origin is stated"
        : `Is every rule kept? ${data.lawful_notes[0] || "Not as far as is known"}`,
    note:
      "Share of the tonnes delivered that break the rule, by rule and line; " +
      `the upright tick is the share allowed. Least headroom first, ${horizonText}.` +
      andMore(left, "check", "Compliance"),
    paint: () =>
      make(
        "div",
        {class: "list scroll", tabindex: 0, role: "region", "aria-label": "Rules by line"},
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
                "rule, line and window",
                "breaking, of delivered",
                "share found, of allowed",
                "verdict",
              ].map((head, place) =>
                make("th", {scope: "col", class: place === 1 ? "number" : null}, head),
              ),
            ),
          ),
          make(
            "tbody",
            {},
            rows.map(row => {
              const shareFound = row["share found"] || 0;
              const allowed = row["share allowed"];
              const bad = row.verdict.startsWith("broken");
              return make(
                "tr",
                {},
                make("td", {}, row.rule, make("small", {}, `${row.line}, ${row.window}`)),
                make(
                  "td",
                  {class: "number"},
                  `${plainNumber(row.breaking)} of ${tonnes(row.delivered)}`,
                ),
                make(
                  "td",
                  {},
                  `${percent(shareFound)} of ${percent(allowed, 0)}`,
                  make(
                    "div",
                    {class: "track"},
                    make("i", {
                      style:
                        `left:0;width:${100 * shareFound}%;background:var(` +
                        (bad ? "--bad" : "--break") +
                        ")",
                    }),
                    make("b", {style: `left:calc(${100 * (allowed || 0)}% - 1px)`}),
                  ),
                ),
                make(
                  "td",
                  {class: bad ? "bad" : row.verdict === "kept" ? "good" : "warn"},
                  `${bad ? "✕" : row.verdict === "kept" ? "✓" : "!"} ${row.verdict}`,
                  row["rests on"] ? make("small", {}, row["rests on"]) : null,
                ),
              );
            }),
          ),
        ),
      ),
  });
}
