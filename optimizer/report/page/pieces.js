// Parts of a study's pictures: rows of its tables, bars, stacked bars and grids.
const sheetOf = name => data.sheets.find(sheet => sheet.name === name);
function recordsOf(name) {
  const sheet = sheetOf(name);
  if (!sheet) return [];
  const columns = sheet.columns.map(valuesOf);
  return [...Array(sheet.shown).keys()].map(row =>
    Object.fromEntries(sheet.fields.map((field, place) => [field.header, columns[place][row]])),
  );
}
const kindOf = (name, header) => sheetOf(name).fields.find(field => field.header === header).kind;
const withUnit = (kind, value) =>
  kind === "share"
    ? percent(value)
    : kind === "tonnes"
      ? tonnes(value)
      : kind === "money"
        ? money(value)
        : plainNumber(value);
// A change with its sign; a change that rounds to zero has none.
function signed(value, format) {
  if (!isNumber(value)) return "–";
  const text = format(value);
  return value > 0 && text !== format(0) ? `+${text}` : text;
}
// A difference of cost, or zero if it is within the precision of the solver's answer.
const withoutRounding = (value, size) =>
  isNumber(value) && Math.abs(value) < 1e-8 * Math.abs(size || 1) ? 0 : value;
const isNegligible = value => Math.abs(value || 0) < 1e-6;
const horizonSuffix = () => (horizonText ? `, ${horizonText}` : "");
const andMoreRows = (all, most, what, sheet) => andMore(Math.max(0, all - most), what, sheet);
// Limits chosen so that a picture fits a screen and its labels stay legible.
const MAX_BARS = 30;
const MAX_GRID_COLUMNS = 24;
const MAX_NAMED_PARTS = PALETTE.length - 1;
// Colour of a change: hue by its sign, strength by its size.
const tint = (value, most) =>
  `color-mix(in oklab, var(${value < 0 ? "--minus" : "--plus"}) ` +
  `${Math.round(55 * Math.min(1, Math.abs(value) / (most || 1)))}%, var(--card))`;
// Colour of text that can be read on a colour of the palette.
const inkOn = colour => (colour === "#0072b2" || colour === "#7f5539" ? "#ffffff" : "#10161c");

// The findings in sentences, for readers who read nothing else.
const summaryCard = lines =>
  lines.filter(Boolean).length
    ? make(
        "div",
        {class: "card", id: "words"},
        make(
          "ul",
          {class: "words"},
          lines.filter(Boolean).map(line => make("li", {}, line)),
        ),
      )
    : null;

function labelWidth(items, width) {
  return Math.min(
    380,
    width * 0.36,
    Math.max(40, ...items.map(item => textWidth(item.name) * (item.bold ? 1.1 : 1))) + 16,
  );
}
// Bars from zero, to both sides if a value is negative. Items: name, value, text, tooltip, colour.
function bars(width, items, label) {
  const line = 26;
  const known = items.filter(item => isNumber(item.value));
  const low = Math.min(0, ...known.map(item => item.value));
  const high = Math.max(0, ...known.map(item => item.value));
  const room = side =>
    Math.max(
      0,
      ...items.filter(item => item.value < 0 === side).map(item => textWidth(item.text) * 1.08),
    ) + 10;
  const before = low < 0 ? room(true) : 0;
  const after = room(false);
  const labels = Math.max(90, Math.min(labelWidth(items, width), width - before - after - 110));
  const long = Math.max(40, width - labels - before - after);
  const x = value => labels + before + (high > low ? ((value - low) / (high - low)) * long : 0);
  const svg = svgCanvas(width, items.length * line + 6, label);
  const marks = items.map((item, number) => {
    const y = number * line + 3;
    const end = isNumber(item.value) ? x(item.value) : x(0);
    const left = item.value < 0;
    const group = addTooltip(draw("g", {}), item.tooltip);
    group.append(
      draw("rect", {x: 0, y: y - 2, width, height: line, fill: "transparent"}),
      draw(
        "text",
        {x: labels - 10, y: y + 15, "text-anchor": "end", class: item.bold ? "bold" : null},
        fitText(item.name, labels - 12),
      ),
      isNumber(item.value)
        ? draw("rect", {
            x: Math.min(x(0), end),
            y: y + 2,
            width: Math.max(1, Math.abs(end - x(0))),
            height: line - 8,
            fill: item.colour || "var(--bar)",
          })
        : "",
      draw(
        "text",
        {
          x: left ? end - 6 : end + 6,
          y: y + 15,
          "text-anchor": left ? "end" : "start",
          class: item.soft ? "soft" : item.bold ? "bold" : null,
        },
        item.text,
      ),
    );
    return group;
  });
  svg.append(
    draw("path", {d: `M${x(0)} 0V${items.length * line + 6}`, stroke: "var(--soft)"}),
    ...marks,
  );
  addArrowKeys(marks);
  return svg;
}
// Stacked bars, negative parts to the left. Items: name, values by part, text, tooltip.
function stacks(width, items, colours, label, format) {
  const line = 32;
  const labels = labelWidth(items, width);
  const parts = Object.keys(colours);
  const side = (item, sign) =>
    sum(parts.map(part => Math.max(0, sign * (item.values?.[part] || 0))));
  const low = -Math.max(0, ...items.map(item => side(item, -1)));
  const high = Math.max(1e-9, ...items.map(item => side(item, 1)));
  const after = Math.max(...items.map(item => textWidth(item.text) * 1.08)) + 14;
  const long = Math.max(40, width - labels - after);
  const x = value => labels + ((value - low) / (high - low)) * long;
  const svg = svgCanvas(width, items.length * line + 6, label);
  const marks = items.map((item, number) => {
    const y = number * line + 3;
    const ends = {1: 0, "-1": 0};
    const group = addTooltip(draw("g", {}), item.tooltip);
    group.append(
      draw("rect", {x: 0, y: y - 2, width, height: line, fill: "transparent"}),
      draw(
        "text",
        {x: labels - 10, y: y + 18, "text-anchor": "end"},
        fitText(item.name, labels - 12),
      ),
    );
    for (const part of item.values ? parts : []) {
      const value = item.values[part] || 0;
      const sign = value < 0 ? -1 : 1;
      const from = ends[sign];
      const to = from + value;
      ends[sign] = to;
      const left = Math.min(x(from), x(to));
      const size = Math.abs(x(to) - x(from));
      if (size < 0.2) continue;
      group.append(
        draw("rect", {
          x: left,
          y: y + 2,
          width: size,
          height: line - 9,
          fill: colours[part],
          stroke: "var(--card)",
          "stroke-width": size > 3 ? 1 : 0,
        }),
      );
      const name = `${part} ${format(value)}`;
      const partLabel = [name, part, format(value)].find(text => textWidth(text) + 10 < size);
      if (partLabel)
        group.append(
          draw("text", {x: left + 5, y: y + 18, style: `fill:${inkOn(colours[part])}`}, partLabel),
        );
    }
    group.append(
      draw("text", {x: x(ends[1]) + 6, y: y + 18, class: item.values ? "bold" : "soft"}, item.text),
    );
    return group;
  });
  svg.append(
    draw("path", {d: `M${x(0)} 0V${items.length * line + 6}`, stroke: "var(--soft)"}),
    ...marks,
  );
  addArrowKeys(marks);
  return svg;
}
// Colours of their own for the largest parts, and one colour for all others.
function colouring(totals, others) {
  const ordered = [...totals]
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
    .map(entry => entry[0]);
  const named = ordered.length > PALETTE.length ? ordered.slice(0, MAX_NAMED_PARTS) : ordered;
  const colours = Object.fromEntries(named.map((part, place) => [part, PALETTE[place]]));
  if (named.length < ordered.length) colours[others] = OTHER_COLOUR;
  return {colours, of: part => (part in colours ? part : others)};
}
// A grid of cells: rows and columns by name. cell(row, column) returns text, fill, ink and tooltip.
function grid(width, rows, columns, cell, label) {
  const labels = labelWidth(
    rows.map(name => ({name})),
    width,
  );
  const across = (width - labels - 4) / columns.length;
  const line = 23;
  const longest = Math.max(...columns.map(name => textWidth(name)));
  const slanted = longest > across - 6;
  const top = slanted ? Math.min(118, longest * 0.62 + 18) : 20;
  const svg = svgCanvas(width, top + rows.length * line + 4, label);
  columns.forEach((name, place) => {
    const x = labels + (place + 0.5) * across;
    svg.append(
      slanted
        ? draw(
            "text",
            {
              transform: `translate(${x + 4} ${top - 7}) rotate(38)`,
              "text-anchor": "end",
              class: "soft",
            },
            fitText(name, Math.min(160, (x - 8) / 0.79)),
          )
        : draw("text", {x, y: 13, "text-anchor": "middle", class: "soft"}, name),
    );
  });
  const marks = [];
  rows.forEach((name, row) => {
    const y = top + row * line;
    svg.append(
      draw("text", {x: labels - 10, y: y + 15, "text-anchor": "end"}, fitText(name, labels - 12)),
    );
    columns.forEach((_, column) => {
      const {text, fill, ink, tooltip} = cell(row, column);
      const group = draw("g", {});
      group.append(
        draw("rect", {
          x: labels + column * across + 0.5,
          y: y + 0.5,
          width: Math.max(1, across - 1),
          height: line - 1.5,
          rx: 2,
          fill: fill || "none",
          stroke: fill ? null : "var(--faint)",
        }),
      );
      if (text && textWidth(text) + 2 < across)
        group.append(
          draw(
            "text",
            {
              x: labels + (column + 0.5) * across,
              y: y + 15,
              "text-anchor": "middle",
              style: `fill:${ink || "var(--ink)"};font-size:11px`,
            },
            text,
          ),
        );
      marks.push(addTooltip(group, tooltip));
    });
  });
  svg.append(...marks);
  addArrowKeys(marks, columns.length);
  return svg;
}
const heatCell = (share, tooltip) => ({
  text: isNumber(share) ? digits(100 * share, 0) : "",
  fill: isNumber(share) ? heat(share) : null,
  ink: share > 0.68 ? "var(--on-heat)" : "var(--ink)",
  tooltip,
});
// A table whose cells may hold elements; columns whose header begins with # are numbers.
function listing(label, heads, rows) {
  return make(
    "div",
    {class: "list scroll", tabindex: 0, role: "region", "aria-label": label},
    make(
      "table",
      {},
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          heads.map(head =>
            make(
              "th",
              {scope: "col", class: head.startsWith("#") ? "number" : null},
              head.replace("#", ""),
            ),
          ),
        ),
      ),
      make(
        "tbody",
        {},
        rows.map(row =>
          make(
            "tr",
            {},
            row.map((cell, place) =>
              make("td", {class: heads[place].startsWith("#") ? "number" : null}, cell),
            ),
          ),
        ),
      ),
    ),
  );
}
