// Plants: use of units by period, and stocks.
const shareOf = (row, place) =>
  row.capacity[place] ? (row.used[place] || 0) / row.capacity[place] : null;
const overall = row => {
  const all = sum(row.capacity);
  return all ? sum(row.used) / all : 0;
};
const FULL = 0.9995;

function unitsFigure() {
  const {rows, left} = data.units;
  if (!rows.length) return null;
  let order = "busy";
  let many = rows.length <= 26;
  const full = rows.filter(row => bins.some((_, place) => shareOf(row, place) >= FULL));
  const element = figure({
    title:
      "Which units are full, and when? " +
      (full.length
        ? `${full.length} of ${rows.length + left} are full in at least one ${periodNoun}`
        : "None"),
    note:
      `Use as a share of the unit's capacity, in per cent, by ${periodNoun}; ` +
      "a dot marks a unit that is full; blank: no capacity." +
      andMore(left, "unit", "Utilisation"),
    tools: [
      selectBox(
        "Order",
        [
          ["busy", "busiest first"],
          ["site", "by site"],
        ],
        order,
        value => {
          order = value;
          element.repaint();
        },
      ),
      rows.length > 26
        ? make(
            "button",
            {
              type: "button",
              class: "more",
              "aria-pressed": "false",
              onclick: event => {
                many = !many;
                event.target.setAttribute("aria-pressed", String(many));
                event.target.textContent = many
                  ? "Show the first 26"
                  : `Show all ${rows.length} units`;
                element.repaint();
              },
            },
            `Show all ${rows.length} units`,
          )
        : null,
    ],
    heads: ["site", "unit", ...bins],
    rows: () =>
      rows.map(row => [
        row.site,
        row.unit,
        ...bins.map((_, place) => percent(shareOf(row, place), 1)),
      ]),
    paint(width) {
      const ordered = [...rows]
        .sort(
          order === "busy"
            ? (a, b) => overall(b) - overall(a)
            : (a, b) => a.site.localeCompare(b.site) || a.unit.localeCompare(b.unit),
        )
        .slice(0, many ? undefined : 26);
      const labels = Math.min(270, width * 0.32);
      const cell = (width - labels - 54) / bins.length;
      const line = 21;
      const top = 20;
      const height = top + ordered.length * line + 4;
      const svg = svgCanvas(width, height, "Utilisation by unit and period");
      // The first label begins at its cell where cells are narrow, so it reaches farther right.
      const each = Math.max(1, Math.ceil((cell < 40 ? 80 : 54) / cell));
      bins.forEach((label, place) => {
        if (place % each === 0)
          svg.append(
            draw(
              "text",
              {
                x: labels + (place + 0.5) * cell,
                y: 13,
                "text-anchor": place === 0 && cell < 40 ? "start" : "middle",
                class: "soft",
              },
              label,
            ),
          );
      });
      svg.append(
        draw("text", {x: width - 4, y: 13, "text-anchor": "end", class: "soft"}, "overall"),
      );
      const marks = [];
      ordered.forEach((row, number) => {
        const y = top + number * line;
        svg.append(
          draw(
            "text",
            {x: labels - 8, y: y + 14, "text-anchor": "end"},
            fitText(`${row.site} · ${row.unit}`, labels - 12),
          ),
          draw(
            "text",
            {x: width - 4, y: y + 14, "text-anchor": "end", class: "bold"},
            percent(overall(row), 0),
          ),
        );
        bins.forEach((label, place) => {
          const share = shareOf(row, place);
          const group = draw("g", {});
          group.append(
            draw("rect", {
              x: labels + place * cell + 0.5,
              y: y + 0.5,
              width: Math.max(1, cell - 1),
              height: line - 1.5,
              rx: 2,
              fill: share === null ? "none" : heat(share),
              stroke: share === null ? "var(--faint)" : null,
            }),
          );
          if (share !== null && cell > 30)
            group.append(
              draw(
                "text",
                {
                  x: labels + (place + 0.5) * cell,
                  y: y + 14,
                  "text-anchor": "middle",
                  style: `fill:${share > 0.68 ? "var(--on-heat)" : "var(--ink)"};font-size:11px`,
                },
                digits(100 * share, 0),
              ),
            );
          if (share >= FULL)
            group.append(
              draw("circle", {
                cx: labels + (place + 1) * cell - 5.5,
                cy: y + 5.5,
                r: 2,
                style: "fill:var(--on-heat)",
              }),
            );
          marks.push(
            addTooltip(
              group,
              `${row.site}, ${row.unit}, ${label}\n` +
                (share === null
                  ? "no capacity"
                  : `${percent(share)}: ${plainNumber(row.used[place])} of ` +
                    `${plainNumber(row.capacity[place])}`),
            ),
          );
        });
      });
      svg.append(...marks);
      addArrowKeys(marks, bins.length);
      return svg;
    },
  });
  return element;
}

function stockFigure() {
  const {rows, left} = data.stock;
  if (!rows.length) return null;
  const shown = rows.slice(0, 12);
  const hiddenRows = rows.length - shown.length + left;
  return figure({
    title: "What is in stock, and where does it build up?",
    note:
      `Tonnes at the end of each ${periodNoun}; each picture has a scale of its own, its peak is ` +
      "labelled. Largest peaks first." +
      andMore(hiddenRows, "stock", "Stock"),
    heads: ["site", "material", ...bins.map(label => `${label}, t`)],
    rows: () => rows.map(row => [row.site, row.material, ...row.tonnes.map(value => value || 0)]),
    paint(width) {
      const across = Math.max(1, Math.floor(width / 250));
      const wideEach = width / across;
      const high = 118;
      const svg = svgCanvas(
        width,
        Math.ceil(shown.length / across) * high + 4,
        "Stock by site and material",
      );
      const marks = shown.map((row, number) => {
        const left = (number % across) * wideEach;
        const top = Math.floor(number / across) * high;
        const inner = wideEach - 22;
        const floor = top + 98;
        const tall = 46;
        const levels = row.tonnes.map(value => value || 0);
        const peak = Math.max(...levels, 1e-9);
        const at = levels.indexOf(Math.max(...levels));
        const step = inner / bins.length;
        const last = levels[levels.length - 1];
        const group = addTooltip(
          draw("g", {}),
          `${row.material} at ${row.site}\npeak ${tonnes(peak)} at the end of ${bins[at]}\n` +
            `${tonnes(last)} at the end`,
        );
        group.append(
          draw("rect", {x: left, y: top, width: inner, height: high - 6, fill: "transparent"}),
          draw("text", {x: left, y: top + 14, class: "bold"}, fitText(row.material, inner)),
          draw("text", {x: left, y: top + 28, class: "soft"}, fitText(row.site, inner)),
          draw(
            "text",
            {x: left, y: top + 42, class: "soft"},
            fitText(`peak ${tonnes(peak)}, ${bins[at]}`, inner),
          ),
          ...levels.map((value, place) =>
            draw("rect", {
              x: left + place * step,
              width: Math.max(0.8, step - 1),
              y: floor - (value / peak) * tall,
              height: Math.max(value > 0 ? 0.8 : 0, (value / peak) * tall),
              fill: place === at ? "var(--accent)" : "var(--bar)",
            }),
          ),
          draw("path", {d: `M${left} ${floor + 0.5}h${inner}`, stroke: "var(--line)"}),
          draw("text", {x: left, y: floor + 13, class: "soft", "font-size": 10.5}, bins[0]),
          draw(
            "text",
            {
              x: left + inner,
              y: floor + 13,
              "text-anchor": "end",
              class: "soft",
              "font-size": 10.5,
            },
            bins.length > 1 ? bins[bins.length - 1] : "",
          ),
        );
        return group;
      });
      svg.append(...marks);
      addArrowKeys(marks, across);
      return svg;
    },
  });
}
