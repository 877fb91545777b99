// The head: case, verdict, what a board asks for, key risks; alerts by kind; demand and rules.
function head() {
  const planned = data.objective !== null;
  const kind = planned ? BADGES[data.colour] || "warn" : "bad";
  const about = planned
    ? `Sourcing plan for ${horizonText} (${counted(data.axis.periods, "period")}).`
    : `Planning horizon: ${horizonText}.`;
  return [
    topOf(data.case, kind, `${data.verdict}.`, about),
    planned ? tileList(tiles()) : null,
    planned ? risksTable() : null,
    data.repairs.length ? repairsList() : null,
    data.alerts.length ? alertsList() : null,
    data.warnings.length && !planned
      ? make(
          "details",
          {id: "warnings", open: true},
          make("summary", {}, `${counted(data.warnings.length, "warning")} about the input`),
          bullets(data.warnings),
        )
      : null,
  ];
}
// Classes of the badge by the colour of the Summary's status line.
const BADGES = {good: "good", bad: "bad", doubtful: "warn", neutral: "soft"};
const bullets = lines =>
  make(
    "ul",
    {},
    lines.map(line => make("li", {}, line)),
  );

function repairsList() {
  return make(
    "div",
    {class: "alerts bad", id: "repairs"},
    make("h2", {style: "margin-top:.3rem"}, "Why there is no plan, and ways to make one feasible"),
    make(
      "p",
      {},
      "Each way is the least change that gives a plan. Each line begins with the cell to change.",
    ),
    data.repairs.map(repair => [make("h3", {}, repair.title), bullets(repair.changes)]),
  );
}

function risksTable() {
  const heads = ["", "Key risks", "Owner", "Cell"];
  return make(
    "section",
    {id: "risks", class: "card", "aria-label": "Key risks"},
    data.risks.length
      ? make(
          "table",
          {},
          make(
            "thead",
            {},
            make(
              "tr",
              {},
              heads.map(head => make("th", {scope: "col"}, head)),
            ),
          ),
          make(
            "tbody",
            {},
            data.risks.map((risk, place) =>
              make(
                "tr",
                {},
                make("td", {class: "number"}, `${place + 1}`),
                make("td", {}, risk.sentence),
                make("td", {}, risk.owner || "–"),
                make("td", {}, risk.cell || "–"),
              ),
            ),
          ),
        )
      : make("p", {}, make("strong", {}, "Key risks: "), "none found."),
  );
}

function alertsList() {
  const count = sum(data.alerts.map(([, lines]) => lines.length));
  return make(
    "details",
    {id: "alerts"},
    make("summary", {}, `${counted(count, "alert")}, by kind`),
    data.alerts.map(([kind, lines]) => [
      make("h3", {}, `${kind[0].toUpperCase()}${kind.slice(1)} (${lines.length})`),
      bullets(lines),
    ]),
  );
}

// Green is for a plan that keeps its rules on stated origins alone.
const lawfulKind = () => ({yes: "good", "no rules": "soft", no: "bad"})[data.lawful] || "warn";

function tiles() {
  const {demand} = data;
  const paid = sum(data.costs.rows.map(row => sum(row.amount)));
  return [
    ["Total cost", money(data.objective), `present value; ${money(paid)} as paid`],
    [
      "Shortfall",
      tonnes(data.shortage),
      demand
        ? `${percent(1 - demand.short / demand.wanted)} of demand delivered, outlets left out`
        : "no demand line has a penalty",
      demand && demand.short > 1e-6 * demand.wanted ? "warn" : "",
    ],
    ["Lawful", data.lawful || "–", lawfulNote(), lawfulKind()],
    complianceTile(),
  ];
}
function lawfulNote() {
  const {rules} = data;
  const names = rules.names || [];
  if (!names.length) return "no rule binds a delivery";
  const rulesWith = test => new Set(rules.rows.filter(test).map(row => row.rule));
  const weakRules = rulesWith(row => row.verdict !== "kept");
  const missing = rulesWith(row => row.verdict.startsWith("kept as far as stated"));
  let stated = weakRules.size ? "" : ", all checked origins stated";
  if (missing.size) stated = `, origins missing: ${[...missing].join(", ")}`;
  return (
    `${names.length - weakRules.size} of ${counted(names.length, "rule")} kept${stated}` +
    (rules.used > 0 ? `; ${tonnes(rules.used)} within allowed shares` : "")
  );
}
function complianceTile() {
  const label = "Cost of compliance";
  const cost = data.compliance;
  if (data.lawful === "no rules") return [label, "–", "no rule is active"];
  if (!cost) return [label, "–", "not worked out: solve with --cost-of-rules"];
  if (!isNumber(cost.premium))
    return [
      label,
      "–",
      cost.gap ? `less than the solver gap of ${money(cost.gap)}` : "not known: see Rule costs",
    ];
  const relative = cost.without
    ? `${percent(cost.premium / Math.abs(cost.without))} more than a plan without rules`
    : "what the plan costs more than without rules";
  return [label, money(cost.premium), relative + (cost.gap ? `, ±\u00a0${money(cost.gap)}` : "")];
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
        untraced: 0,
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
  const lawful = data.lawful !== "no";
  const parts = [
    [
      ruleNames.length ? "delivered, keeping every rule that binds it" : "delivered",
      "--clean",
      row => row.clean,
    ],
    ["delivered where a rule that binds it is not tracked", "--open", row => row.open],
    ["delivered, origin not traced", "--untraced", row => row.untraced],
    [
      `delivered, breaking a rule that binds it${lawful ? ", within the share that it allows" : ""}`,
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
      "keeping every rule that binds it, t",
      "a rule that binds it not tracked, t",
      "breaking a rule that binds it, t",
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
            `delivered ${tonnes(row.delivered)}, of it keeping every rule that binds it ` +
            `${tonnes(row.clean)}, one not tracked ${tonnes(row.open)}, breaking one ` +
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
