// The Sankey diagram: sites in the order of the flow, links as wide as their tonnes.
// Chosen so that names do not overlap.
const MAX_SANKEY_NODES = 70;

function sankeyFigure() {
  let grouped = STEPS.size > MAX_UNGROUPED_SITES;
  const toggle = node => {
    if (toggleGroup(node)) element.repaint();
  };
  const element = figure({
    title: () => `From mine to customer, ${periodTold()}: ${materialTold()}`,
    note: () =>
      (grouped
        ? "Sites are grouped by country and by what they mostly ship: click a bar to open it, " +
          "and a site in it to close it again. "
        : "") +
      "Width is tonnes shipped, to a scale that fits what is shown; " +
      "bar height is the larger of what is received and shipped. " +
      "Tonnes change at a plant: ore becomes oxide, oxide metal. " +
      "Dashed links go back, as scrap does.",
    tools: selectBox(
      "Show",
      [
        ["country", "by country and step"],
        ["site", "every site"],
      ],
      grouped ? "country" : "site",
      value => {
        grouped = value === "country";
        openGroups.clear();
        element.repaint();
      },
    ),
    heads: linkHeads,
    rows: linkRows,
    paint: width => sankey(width, grouped, toggle),
  });
  return element;
}

// Columns: links are taken largest first, except those that close a cycle. Then each site is
// to the right of all its suppliers, and a supplier directly to the left of its first customer.
function columnsOf(flows, isCustomer) {
  const next = new Map();
  const names = new Set(flows.flatMap(link => [link.from, link.to]));
  const reaches = (from, to) => {
    const seen = new Set([from]);
    const open = [from];
    while (open.length) {
      const name = open.pop();
      if (name === to) return true;
      for (const other of next.get(name) || [])
        if (!seen.has(other)) {
          seen.add(other);
          open.push(other);
        }
    }
    return false;
  };
  const sent = sumBy(
    flows,
    link => link.from,
    link => link.tonnes,
  );
  const received = sumBy(
    flows,
    link => link.to,
    link => link.tonnes,
  );
  for (const link of flows) {
    // A small link tells little about where a site belongs.
    const small =
      link.tonnes < 0.5 * sent.get(link.from) && link.tonnes < 0.3 * received.get(link.to);
    link.aside = small || link.from === link.to || reaches(link.to, link.from);
    if (!link.aside) next.set(link.from, [...(next.get(link.from) || []), link.to]);
  }
  const column = new Map();
  const depth = name => {
    if (!column.has(name))
      column.set(
        name,
        Math.max(
          0,
          ...flows
            .filter(link => link.to === name && !link.aside)
            .map(link => depth(link.from) + 1),
        ),
      );
    return column.get(name);
  };
  names.forEach(depth);
  for (const name of names) {
    if (next.has(name) || flows.some(link => link.to === name && !link.aside)) continue;
    const before = flows.filter(link => link.to === name).map(link => column.get(link.from));
    const after = flows.filter(link => link.from === name).map(link => column.get(link.to));
    column.set(name, after.length ? Math.max(0, Math.min(...after) - 1) : Math.max(...before) + 1);
  }
  const last = Math.max(0, ...column.values());
  for (const name of names)
    if (
      !(next.get(name) || []).length &&
      (isCustomer(name) || siteOf.get(name)?.kind === "customer")
    )
      column.set(name, last);
  for (let round = 0; round <= last; round++) {
    for (const name of names) {
      const after = next.get(name) || [];
      const feeds = flows.some(link => link.to === name && !link.aside);
      if (after.length && !feeds)
        column.set(name, Math.min(...after.map(other => column.get(other))) - 1);
    }
  }
  return column;
}

function sankey(width, grouped, toggle) {
  const colours = chosenColour();
  const groups = grouped ? groupLinks(links(colours)) : null;
  let flows = groups ? groups.flows : links(colours);
  if (!flows.length) return make("p", {class: "note"}, "Nothing is shipped in this choice.");
  const all = flows.length;
  const through = new Map();
  for (const link of flows)
    for (const name of [link.from, link.to])
      through.set(name, (through.get(name) || 0) + link.tonnes);
  if (through.size > MAX_SANKEY_NODES) {
    const kept = new Set(
      [...through]
        .sort((a, b) => b[1] - a[1])
        .slice(0, MAX_SANKEY_NODES)
        .map(entry => entry[0]),
    );
    flows = flows.filter(link => kept.has(link.from) && kept.has(link.to));
  }
  const column = columnsOf(flows, name => groups?.nodes.get(name).step === "customers");
  const nodes = new Map();
  for (const link of flows) link.back = column.get(link.from) >= column.get(link.to);
  const node = name => {
    if (!nodes.has(name))
      nodes.set(name, {
        name,
        group: groups?.nodes.get(name),
        column: column.get(name),
        into: [],
        out: [],
        received: 0,
        sent: 0,
      });
    return nodes.get(name);
  };
  for (const link of flows) {
    link.source = node(link.from);
    link.target = node(link.to);
    link.source.out.push(link);
    link.target.into.push(link);
    link.source.sent += link.tonnes;
    link.target.received += link.tonnes;
  }
  const columns = [];
  for (const each of nodes.values()) {
    columns[each.column] ||= [];
    columns[each.column].push(each);
  }
  const used = columns.filter(Boolean);
  const labelFor = each => (each.group ? labelOf(each.group) : each.name);
  const edge = Math.min(
    240,
    Math.max(146, ...used[used.length - 1].map(each => textWidth(labelFor(each)) + 6)),
  );
  const step = (width - 16 - edge) / Math.max(1, used.length - 1);
  const slot = 17;
  const gap = 5;
  used.forEach((list, place) => {
    for (const each of list) each.column = place;
  });
  const height = Math.max(
    180,
    Math.min(680, width * 0.48, 60 + 40 * nodes.size),
    Math.max(...used.map(list => list.length)) * (slot + gap) + 20,
  );
  const size = each => Math.max(each.received, each.sent);
  const needed = (list, scale) => sum(list.map(each => Math.max(slot, size(each) * scale) + gap));
  let low = 0;
  let high = height / Math.min(...used.map(list => Math.max(...list.map(size))));
  for (let round = 0; round < 50; round++) {
    const middle = (low + high) / 2;
    if (used.every(list => needed(list, middle) <= height - 10)) low = middle;
    else high = middle;
  }
  const scale = low;
  place(used, scale, slot, gap, height, size);
  const svg = svgCanvas(width, height, "Sankey diagram from mine to customer");
  const bar = 11;
  const xOf = each => 4 + each.column * step;
  const bands = [...flows]
    .sort((a, b) => b.tonnes - a.tonnes)
    .map(link => band(link, xOf, bar, scale, colours));
  const marks = [...nodes.values()]
    .sort((a, b) => a.column - b.column || a.y - b.y)
    .map(each => {
      const label = labelFor(each);
      const high = Math.max(1.5, size(each) * scale);
      const x = xOf(each);
      const room = each.column === used.length - 1 ? edge : step - bar - 8;
      const tooltip = [nodeTold(each, label)];
      if (each.group?.sites.size > 1) tooltip.push([...each.group.sites].join(", "));
      if (each.received) tooltip.push(`receives ${tonnes(each.received)}`);
      if (each.sent) tooltip.push(`ships ${tonnes(each.sent)}`);
      if (each.group?.within) tooltip.push(`between its sites ${tonnes(each.group.within)}`);
      const group = addTooltip(draw("g", {}), tooltip.join("\n"));
      if (each.group && (each.group.key !== each.group.label || each.group.parent))
        makeToggle(group, each.group, toggle);
      const isGroup = each.group && each.group.key !== each.group.label;
      const figureText = `${isGroup ? `${each.group.step}, ` : ""}${tonnes(size(each))}`;
      const one = textWidth(`${label}  ${figureText}`) <= room;
      const two = !one && each.slot >= 32;
      const y = each.y + each.slot / 2 + (two ? -3 : 4);
      const side = x + bar + 5;
      group.append(
        draw("rect", {
          x,
          y: each.y + (each.slot - high) / 2,
          width: bar,
          height: high,
          fill: "var(--ink)",
          rx: 1,
        }),
        draw(
          "text",
          {x: side, y, class: "halo"},
          fitText(label, room),
          one ? draw("tspan", {class: "soft", dx: 5}, figureText) : null,
        ),
      );
      if (two) group.append(draw("text", {x: side, y: y + 14, class: "halo soft"}, figureText));
      const light = on => {
        for (const shape of bands) {
          const away = shape.link.source !== each && shape.link.target !== each;
          shape.classList.toggle("dim", on && away);
        }
      };
      for (const [event, on] of [
        ["pointerenter", true],
        ["pointerleave", false],
        ["focus", true],
        ["blur", false],
      ])
        group.addEventListener(event, () => light(on));
      return group;
    });
  svg.append(...bands, ...marks);
  addArrowKeys([...marks, ...bands]);
  return make(
    "div",
    {},
    legend(colours.key),
    svg,
    flows.length < all
      ? make(
          "p",
          {class: "note"},
          `Drawn are the ${MAX_SANKEY_NODES} busiest sites; ` +
            `${counted(all - flows.length, "link")} more are in the table and in Shipments ` +
            "in the workbook.",
        )
      : null,
  );
}

const nodeTold = (each, label) =>
  each.group && each.group.key !== each.group.label
    ? `${label}, ${each.group.step}, ${periodTold()}`
    : `${label}, ${countryOf(each.name)}, ${periodTold()}`;
// A bar that opens and closes by click, Enter and space.
function makeToggle(mark, group, toggle) {
  mark.setAttribute("role", "button");
  mark.setAttribute("aria-expanded", String(group.key === group.label));
  mark.style.cursor = "pointer";
  mark.addEventListener("click", () => toggle(group));
  mark.addEventListener("keydown", event => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    toggle(group);
  });
}

// Order of the sites of a column: by the mean of their neighbours, in a few sweeps to and fro.
function place(columns, scale, slot, gap, height, size) {
  for (const list of columns) list.sort((a, b) => size(b) - size(a));
  const spread = list => {
    let y = Math.max(
      4,
      (height - sum(list.map(each => Math.max(slot, size(each) * scale) + gap))) / 2,
    );
    for (const each of list) {
      each.slot = Math.max(slot, size(each) * scale);
      each.y = y;
      y += each.slot + gap;
    }
  };
  columns.forEach(spread);
  for (let round = 0; round < 8; round++) {
    const order = round % 2 ? [...columns].reverse() : columns;
    for (const list of order) {
      for (const each of list) {
        const near = (round % 2 ? each.out : each.into).filter(link => !link.aside);
        const weight = sum(near.map(link => link.tonnes));
        each.middle = weight
          ? sum(
              near.map(link => {
                const other = round % 2 ? link.target : link.source;
                return link.tonnes * (other.y + other.slot / 2);
              }),
            ) / weight
          : each.y + each.slot / 2;
      }
      list.sort((a, b) => a.middle - b.middle);
      spread(list);
    }
  }
  for (const list of columns) {
    for (const each of list) {
      const top = Math.max(0, each.slot - size(each) * scale) / 2;
      for (const [side, far, key] of [
        [each.out, "target", "from"],
        [each.into, "source", "to"],
      ]) {
        let y = each.y + top;
        for (const link of [...side].sort((a, b) => a[far].y - b[far].y)) {
          link[`${key}Y`] = y + (link.tonnes * scale) / 2;
          y += link.tonnes * scale;
        }
      }
    }
  }
}

function band(link, xOf, bar, scale, colours) {
  const group = addTooltip(draw("g", {class: "link"}), linkTold(link, colours));
  group.link = link;
  const from = xOf(link.source) + bar;
  const to = xOf(link.target);
  const total = Math.max(0.8, link.tonnes * scale);
  const reach = (to - from) / 2;
  let offset = -total / 2;
  for (const [part, value] of [...link.parts].sort()) {
    const width = (total * value) / link.tonnes;
    const y = offset + width / 2;
    offset += width;
    const half = Math.max(0.4, width / 2);
    const [a, b, c, d] = [
      link.fromY + y - half,
      link.toY + y - half,
      link.toY + y + half,
      link.fromY + y + half,
    ];
    group.append(
      link.back
        ? draw("path", {
            d:
              `M${from} ${link.fromY + y}C${from + 60} ${link.fromY + y} ` +
              `${to - 60} ${link.toY + y} ${to} ${link.toY + y}`,
            fill: "none",
            stroke: colours.paint(part),
            "stroke-width": 2 * half,
            "stroke-opacity": 0.55,
            "stroke-dasharray": "6 3",
          })
        : draw("path", {
            d:
              `M${from} ${a}C${from + reach} ${a} ${to - reach} ${b} ${to} ${b}` +
              `V${c}C${to - reach} ${c} ${from + reach} ${d} ${from} ${d}Z`,
            fill: colours.paint(part),
            "fill-opacity": 0.5,
          }),
    );
  }
  return group;
}
