// The map: sites at their places, and shipments between them. Shapes are true at 35° latitude.
const land = JSON.parse(document.getElementById("land").textContent);
// Limits chosen so that the map stays legible and quick to draw.
const MAX_MAP_LANES = 500;
const MAX_MAP_NAMES = 250;
const LONGITUDE_SCALE = Math.cos((35 * Math.PI) / 180);
const project = ([east, north]) => [east * LONGITUDE_SCALE, -north];

function mapFigure() {
  const at = new Map(data.sites.filter(site => site.at).map(site => [site.name, project(site.at)]));
  const used = new Set(shipped.flatMap(lot => [lot["from site"], lot["to site"]]));
  const homes = [...at].filter(([name]) => used.has(name));
  const unplaced = [...used].filter(name => !at.has(name));
  let frame = boxOf(homes.map(([, place]) => place));
  let box = null;

  function boxOf(places) {
    const xs = places.map(place => place[0]);
    const ys = places.map(place => place[1]);
    const spread = Math.max(
      4,
      (Math.max(...xs) - Math.min(...xs)) * 0.06,
      (Math.max(...ys) - Math.min(...ys)) * 0.09,
    );
    return [
      Math.min(...xs) - spread,
      Math.min(...ys) - spread,
      Math.max(...xs) + spread,
      Math.max(...ys) + spread,
    ];
  }
  function zoom(by) {
    const [left, top, right, bottom] = frame;
    const [x, y] = at.get(element.lastSite) || [(left + right) / 2, (top + bottom) / 2];
    const halfWidth = ((right - left) / 2) * by;
    const high = ((bottom - top) / 2) * by;
    if (halfWidth < 1 || halfWidth > 400) return;
    frame = [x - halfWidth, y - high, x + halfWidth, y + high];
    element.repaint();
  }
  function drag(svg) {
    svg.addEventListener("pointerdown", event => {
      const start = [event.clientX, event.clientY];
      const before = frame;
      const move = to => {
        const scale = box.scale;
        const x = (start[0] - to.clientX) / scale;
        const y = (start[1] - to.clientY) / scale;
        if (Math.abs(x * scale) + Math.abs(y * scale) < 4) return;
        element.lastSite = null;
        frame = [before[0] + x, before[1] + y, before[2] + x, before[3] + y];
        element.repaint();
      };
      const end = () => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", end);
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", end);
    });
    svg.addEventListener(
      "wheel",
      event => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        zoom(event.deltaY > 0 ? 1.25 : 0.8);
      },
      {passive: false},
    );
  }
  const places = [...new Set(homes.map(([name]) => countryOf(name)))].filter(Boolean).sort();
  const goTo = selectBox(
    "Zoom to",
    [["", "all sites"], ...places.map(place => [place, place])],
    "",
    country => {
      element.lastSite = null;
      frame = boxOf(
        homes.filter(([name]) => !country || countryOf(name) === country).map(([, place]) => place),
      );
      element.repaint();
    },
  );
  const button = (text, label, by) =>
    make("button", {type: "button", "aria-label": label, onclick: () => zoom(by)}, text);

  function paint(width) {
    const height = Math.round(
      Math.max(300, Math.min(580, width * 0.43, Math.max(440, innerHeight - 250))),
    );
    const colours = chosenColour();
    const all = links(colours).filter(link => at.has(link.from) && at.has(link.to));
    const flows = all.slice(0, MAX_MAP_LANES);
    const [left, top, right, bottom] = frame;
    const scale = Math.min(width / (right - left), height / (bottom - top));
    const shift = [
      width / 2 - (scale * (left + right)) / 2,
      height / 2 - (scale * (top + bottom)) / 2,
    ];
    box = {scale};
    const put = place => [place[0] * scale + shift[0], place[1] * scale + shift[1]];
    const svg = svgCanvas(width, height, "Map of sites and flows");
    svg.style.touchAction = "pan-y";
    svg.append(
      draw("path", {
        d: outline(put),
        fill: "var(--land)",
        stroke: "var(--coast)",
        "stroke-width": 0.7,
        "fill-rule": "evenodd",
      }),
    );
    const most = largestLink();
    const lanes = flows.map(link =>
      lane(link, put(at.get(link.from)), put(at.get(link.to)), most, colours),
    );
    const marks = siteMarks(all, put, width, height);
    svg.append(...lanes.filter(Boolean), ...marks.labels, ...marks.dots);
    addArrowKeys([...marks.dots, ...lanes.filter(Boolean)]);
    drag(svg);
    return make(
      "div",
      {},
      legend(colours.key),
      svg,
      all.length > flows.length
        ? make(
            "p",
            {class: "note"},
            `Drawn are the ${MAX_MAP_LANES} largest lanes; ` +
              `${counted(all.length - flows.length, "lane")} more are in the table and in ` +
              "Shipments in the workbook.",
          )
        : null,
    );
  }

  function outline(put) {
    const steps = [];
    for (const ring of land?.rings || []) {
      let [x, y] = ring;
      const first = put(project([x / 10, y / 10]));
      steps.push(`M${first[0].toFixed(1)} ${first[1].toFixed(1)}`);
      for (let place = 2; place < ring.length; place += 2) {
        x += ring[place];
        y += ring[place + 1];
        const point = put(project([x / 10, y / 10]));
        steps.push(`L${point[0].toFixed(1)} ${point[1].toFixed(1)}`);
      }
      steps.push("Z");
    }
    return steps.join("");
  }

  function lane(link, from, to, most, colours) {
    const [x, y] = [to[0] - from[0], to[1] - from[1]];
    const long = Math.hypot(x, y);
    if (long < 3) return null;
    const group = addTooltip(draw("g", {fill: "none"}), linkTold(link, colours));
    const normal = [-y / long, x / long];
    const bend = Math.min(60, long * 0.16);
    const total = Math.max(0.9, (link.tonnes / most) * 13);
    let offset = -total / 2;
    for (const [part, value] of [...link.parts].sort()) {
      const width = (total * value) / link.tonnes;
      const aside = offset + width / 2;
      offset += width;
      const go = (point, distance) => [
        point[0] + normal[0] * distance,
        point[1] + normal[1] * distance,
      ];
      const [a, b, c] = [
        go(from, aside),
        go([from[0] + x / 2, from[1] + y / 2], aside + bend),
        go(to, aside),
      ];
      group.append(
        draw("path", {
          d: `M${a}Q${b} ${c}`,
          stroke: colours.paint(part),
          "stroke-width": width,
          "stroke-opacity": 0.72,
        }),
      );
    }
    const t = 0.62;
    const middle = [from[0] + x / 2 + normal[0] * bend, from[1] + y / 2 + normal[1] * bend];
    const point = [0, 1].map(
      n => (1 - t) ** 2 * from[n] + 2 * t * (1 - t) * middle[n] + t * t * to[n],
    );
    const turn = Math.atan2(
      2 * (1 - t) * (middle[1] - from[1]) + 2 * t * (to[1] - middle[1]),
      2 * (1 - t) * (middle[0] - from[0]) + 2 * t * (to[0] - middle[0]),
    );
    const largest = [...link.parts].sort((p, q) => q[1] - p[1])[0][0];
    const tip = 4 + total * 0.55;
    if (long > 26)
      group.append(
        draw("path", {
          d: `M${tip} 0L${-tip * 0.7} ${tip * 0.75}L${-tip * 0.7} ${-tip * 0.75}Z`,
          fill: colours.paint(largest),
          stroke: "var(--card)",
          "stroke-width": 0.6,
          transform: `translate(${point}) rotate(${(turn * 180) / Math.PI})`,
        }),
      );
    return group;
  }

  function siteMarks(flows, put, width, height) {
    const out = sumBy(
      flows,
      link => link.from,
      link => link.tonnes,
    );
    const into = sumBy(
      flows,
      link => link.to,
      link => link.tonnes,
    );
    const buys = sumBy(
      chosen(bought),
      lot => lot.site,
      lot => lot.tonnes,
    );
    const gets = sumBy(
      chosen(delivered),
      lot => lot.customer,
      lot => lot.tonnes,
    );
    const passing = name => Math.max(out.get(name) || 0, into.get(name) || 0);
    const shown = homes
      .map(([name, place]) => [name, put(place)])
      .sort((a, b) => passing(b[0]) - passing(a[0]));
    const taken = shown.map(([, [x, y]]) => [x - 5, y - 5, x + 5, y + 5]);
    const labels = [];
    const dots = shown.map(([name, [x, y]], place) => {
      const active = passing(name) > 0;
      const site = siteOf.get(name) || {};
      const tooltip = [
        `${name}, ${site.country || ""}${site.kind ? ` (${site.kind})` : ""}, ${periodTold()}`,
      ];
      for (const [word, found] of [
        ["bought", buys],
        ["received", into],
        ["shipped", out],
        ["delivered", gets],
      ])
        if (found.get(name)) tooltip.push(`${word} ${tonnes(found.get(name))}`);
      if (tooltip.length === 1) tooltip.push("no flow");
      const d = buys.get(name)
        ? `M${x - 4.5} ${y - 4.5}h9v9h-9Z`
        : gets.get(name)
          ? `M${x} ${y - 6}l6 6l-6 6l-6-6Z`
          : `M${x - 4.5} ${y}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0Z`;
      const dot = addTooltip(
        draw("path", {
          d,
          "data-site": name,
          fill: active ? "var(--ink)" : "var(--coast)",
          stroke: "var(--card)",
          "stroke-width": 1.4,
        }),
        tooltip.join("\n"),
      );
      dot.addEventListener("focus", () => {
        element.lastSite = name;
      });
      const inside = x > 0 && y > 0 && x < width && y < height;
      if (active && inside && labels.length < MAX_MAP_NAMES) {
        const text = truncate(name, 26);
        const long = textWidth(text) + 2;
        const spots = [
          [9, 4, "start"],
          [-9, 4, "end"],
          [0, -9, "middle"],
          [0, 18, "middle"],
          [8, -7, "start"],
          [8, 15, "start"],
          [-8, -7, "end"],
          [-8, 15, "end"],
        ];
        for (const [dx, dy, anchor] of spots) {
          const start = x + dx - (anchor === "end" ? long : anchor === "middle" ? long / 2 : 0);
          const area = [start - 1, y + dy - 13, start + long + 1, y + dy + 5];
          if (area[0] < 2 || area[2] > width - 2 || area[1] < 2 || area[3] > height - 2) continue;
          if (
            taken.some(
              (other, n) =>
                n !== place &&
                area[0] < other[2] &&
                area[2] > other[0] &&
                area[1] < other[3] &&
                area[3] > other[1],
            )
          )
            continue;
          taken.push(area);
          labels.push(
            draw(
              "text",
              {
                x: x + dx,
                y: y + dy,
                "text-anchor": anchor,
                class: "halo",
                "pointer-events": "none",
              },
              text,
            ),
          );
          break;
        }
      }
      return dot;
    });
    return {dots, labels};
  }

  const element = figure({
    title: () => `What goes where, ${periodTold()}: ${materialTold()}`,
    note: () =>
      "Line width is tonnes, to the same scale in every period; " +
      "arrows point to where they go; squares are where something is bought, diamonds " +
      "where it is delivered. Lines are schematic, not routes; " +
      "names that find no room show when you point at the site or zoom in." +
      (unplaced.length ? ` Without a place in Sites: ${unplaced.join(", ")}.` : ""),
    tools: [
      goTo,
      button("+", "Zoom in", 0.6),
      button("−", "Zoom out", 1 / 0.6),
      make("span", {class: "note"}, "Drag to move"),
    ],
    paint,
    heads: linkHeads,
    rows: linkRows,
  });
  return element;
}
