// Shared by map and Sankey: the chosen period, material and colour, and the shipments they select.
function rowsOf(columns) {
  const names = Object.keys(columns).filter(name => name !== "left");
  return columns.tonnes.map((_, row) =>
    Object.fromEntries(names.map(name => [name, columns[name][row]])),
  );
}
const shipped = rowsOf(data.shipped);
const bought = rowsOf(data.bought);
const delivered = rowsOf(data.delivered);
const siteOf = new Map(data.sites.map(site => [site.name, site]));
const countryOf = name => siteOf.get(name)?.country || "";
const view = {bin: -1, material: "", colour: "rule:"};

const countries = [
  ...sumBy(
    shipped,
    lot => countryOf(lot["from site"]),
    lot => lot.tonnes,
  ),
]
  .sort((a, b) => b[1] - a[1])
  .map(entry => entry[0]);
const countryColour = country => PALETTE[countries.indexOf(country)] || OTHER_COLOUR;

// State of a lot: breaks the rule, keeps it, is not tracked, as no delivery under the rule can come
// from it, or is of a material that no rule looks at: not traced, or at no stage of its. Where no
// rule is chosen, those count that are in force for the lot: at a customer the rules that bind it in
// that period, before that all that bind a delivery of that period.
const COMPLIANCE_STATES = {
  break: ["breaks it", "var(--break)"],
  clean: ["keeps it", "var(--clean)"],
  open: ["not tracked: no delivery under the rule can come from it", "var(--open)"],
  untraced: [
    "origin not traced: reagents and other inputs that no rule looks at",
    "var(--untraced)",
  ],
};
const untraced = new Set(data.untraced);
const ruleNames = data.rules.names?.length ? data.rules.names : [...new Set(data.classes.flat(2))];
function stateOf(lot, rule) {
  const [breaks, open, inForce] = data.classes[lot.class];
  const counts = names =>
    rule ? names.includes(rule) : names.some(name => inForce.includes(name));
  if (counts(breaks)) return "break";
  if (counts(open)) return "open";
  return ruleNames.length && untraced.has(data.materials[lot.material]) ? "untraced" : "clean";
}
// Rules in force that a lot breaks.
function brokenInForce(lot) {
  const [breaks, , inForce] = data.classes[lot.class];
  return breaks.filter(name => inForce.includes(name));
}
function chosenColour() {
  if (view.colour === "country") {
    const present = new Set(chosen(shipped).map(lot => countryOf(lot["from site"])));
    const named = countries.slice(0, PALETTE.length).filter(country => present.has(country));
    const otherCountries = countries.slice(PALETTE.length).filter(country => present.has(country));
    const key = named.map(country => [`from ${country || "no country"}`, countryColour(country)]);
    if (otherCountries.length) key.push([`from ${otherCountries.join(", ")}`, OTHER_COLOUR]);
    return {
      of: lot => countryOf(lot["from site"]),
      paint: countryColour,
      label: country => country,
      key,
    };
  }
  const rule = view.colour.slice(5);
  const states = new Set(chosen(shipped).map(lot => stateOf(lot, rule)));
  const name = rule || "every rule in force";
  const words = {
    break: rule
      ? `breaks ${rule}, whether or not it is in force`
      : "breaks a rule in force in that period: lawful within its share, and for whom it does not " +
        "bind",
    clean: ruleNames.length ? `keeps ${name}` : "shipped: no rule is written",
    open: rule
      ? COMPLIANCE_STATES.open[0]
      : "a rule in force is not tracked: no delivery under it can come from it",
    untraced: COMPLIANCE_STATES.untraced[0],
  };
  return {
    of: lot => stateOf(lot, rule),
    paint: state => COMPLIANCE_STATES[state][1],
    label: state => words[state],
    key: Object.keys(COMPLIANCE_STATES)
      .filter(state => states.has(state))
      .map(state => [words[state], COMPLIANCE_STATES[state][1]]),
  };
}

function chosen(lots) {
  const [kind, name] = [view.material.slice(0, 6), view.material.slice(6)];
  return lots.filter(
    lot =>
      (view.bin < 0 || lot.bin === view.bin) &&
      (!view.material ||
        (kind === "stage:"
          ? data.stages[data.materials[lot.material]] === name
          : data.materials[lot.material] === view.material.slice(9))),
  );
}
const periodTold = () => (view.bin < 0 ? horizonText || "the horizon" : bins[view.bin]);
const materialTold = () =>
  !view.material
    ? "all materials"
    : view.material.replace("stage:", "materials that are ").replace("material:", "");

// Links: tonnes from site to site, split by colour.
function links(colours) {
  const found = new Map();
  for (const lot of chosen(shipped)) {
    const key = `${lot["from site"]}\u0000${lot["to site"]}`;
    if (!found.has(key))
      found.set(key, {
        from: lot["from site"],
        to: lot["to site"],
        tonnes: 0,
        parts: new Map(),
        materials: new Map(),
        rules: new Map(),
      });
    const link = found.get(key);
    const part = colours.of(lot);
    link.tonnes += lot.tonnes;
    link.parts.set(part, (link.parts.get(part) || 0) + lot.tonnes);
    for (const rule of brokenInForce(lot))
      link.rules.set(rule, (link.rules.get(rule) || 0) + lot.tonnes);
    const material = data.materials[lot.material];
    link.materials.set(material, (link.materials.get(material) || 0) + lot.tonnes);
  }
  return [...found.values()].filter(link => link.tonnes > 1e-9).sort((a, b) => b.tonnes - a.tonnes);
}
// Tonnes of the largest link; with one period chosen, of the largest link of any period, so that
// widths can be compared from period to period.
function largestLink() {
  const {bin} = view;
  view.bin = -1;
  const lots = chosen(shipped);
  view.bin = bin;
  return Math.max(
    1e-9,
    ...sumBy(
      lots,
      lot => `${lot["from site"]}\u0000${lot["to site"]}\u0000${bin < 0 ? "" : lot.bin}`,
      lot => lot.tonnes,
    ).values(),
  );
}
function linkTold(link, colours) {
  const materials = [...link.materials].sort((a, b) => b[1] - a[1]);
  const [from, to] = [link.fromLabel || link.from, link.toLabel || link.to];
  return [
    `${from} to ${to}: ${tonnes(link.tonnes)}, ${periodTold()}`,
    ...materials.slice(0, 5).map(([name, value]) => `${name}: ${tonnes(value)}`),
    ...(materials.length > 5 ? [`and ${materials.length - 5} more materials`] : []),
    ...[...link.parts].map(
      ([part, value]) => `${colours.label(part) || "no country"}: ${tonnes(value)}`,
    ),
    ...[...link.rules].map(([rule, value]) => `breaks ${rule}, in force then: ${tonnes(value)}`),
  ].join("\n");
}
const linkHeads = ["from", "country", "to", "country", "tonnes", "materials", "colour"];
const linkRows = () => {
  const colours = chosenColour();
  return links(colours).map(link => [
    link.from,
    countryOf(link.from),
    link.to,
    countryOf(link.to),
    link.tonnes,
    [...link.materials.keys()].join(", "),
    [...link.parts].map(([part, value]) => `${colours.label(part)} ${tonnes(value)}`).join("; "),
  ]);
};

function flowsSection(names = ["map", "sankey"]) {
  if (!shipped.length)
    return section(
      "flows",
      "Flows",
      make("p", {class: "note"}, "Nothing is shipped in this plan."),
    );
  const placed = data.sites.some(
    site =>
      site.at &&
      shipped.some(lot => lot["from site"] === site.name || lot["to site"] === site.name),
  );
  const figures = {
    map: () =>
      placed
        ? mapFigure()
        : make(
            "p",
            {class: "note card"},
            "No map: no site that ships has a latitude and longitude in Sites.",
          ),
    sankey: sankeyFigure,
  };
  const pictures = names.map(name => figures[name]());
  const repaint = () => {
    for (const picture of pictures) picture.repaint?.();
  };
  const stages = [
    ...new Set(shipped.map(lot => data.stages[data.materials[lot.material]]).filter(Boolean)),
  ];
  const materials = [
    ...sumBy(
      shipped,
      lot => data.materials[lot.material],
      lot => lot.tonnes,
    ),
  ].sort((a, b) => b[1] - a[1]);
  const {left} = data.shipped;
  return section(
    "flows",
    "Where does it come from, and where does it go?",
    make(
      "div",
      {class: "tools steer", role: "group", "aria-label": "What map and Sankey show"},
      periodSlider(repaint),
      selectBox(
        "Material",
        [
          ["", "all"],
          ...stages.map(stage => [`stage:${stage}`, `all that are ${stage}`]),
          ...materials.map(([name]) => [`material:${name}`, name]),
        ],
        "",
        value => {
          view.material = value;
          repaint();
        },
      ),
      selectBox(
        "Colour",
        [
          ["rule:", "by compliance, every rule"],
          ...ruleNames.map(rule => [`rule:${rule}`, `by compliance: ${rule}`]),
          ["country", "by country that it is sent from"],
        ],
        "rule:",
        value => {
          view.colour = value;
          repaint();
        },
      ),
    ),
    left.places
      ? make(
          "p",
          {class: "note"},
          `Drawn are the largest lanes; ${counted(left.places, "lane")} with ` +
            `${tonnes(left.tonnes)} more are in Shipments in the workbook.`,
        )
      : null,
    pictures,
  );
}

function periodSlider(repaint) {
  let timer = 0;
  const output = make("output", {for: "period"});
  const slider = make("input", {
    type: "range",
    id: "period",
    min: 0,
    max: bins.length,
    step: 1,
    value: 0,
    oninput: () => set(+slider.value),
  });
  const play = make(
    "button",
    {type: "button", class: "hide", onclick: () => (timer ? stop() : start())},
    "▶ Play",
  );
  function set(value) {
    view.bin = value - 1;
    slider.value = value;
    const text = value ? bins[value - 1] : "whole horizon";
    output.textContent = text;
    slider.setAttribute("aria-valuetext", text);
    repaint();
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "▶ Play";
  }
  function start() {
    play.textContent = "■ Stop";
    set(view.bin + 1 >= bins.length ? 1 : view.bin + 2);
    timer = setInterval(() => (view.bin + 1 >= bins.length ? stop() : set(view.bin + 2)), 1100);
  }
  output.textContent = "whole horizon";
  slider.setAttribute("aria-valuetext", "whole horizon");
  if (bins.length < 2) return [];
  return [
    make("label", {class: "slider", for: "period"}, data.axis.joined ? "Time" : "Period", slider),
    output,
    bins.length > 1 ? play : null,
  ];
}
