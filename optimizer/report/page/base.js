// Data of the page, formats of numbers, elements, tooltips, arrow keys and figures.
const data = JSON.parse(document.getElementById("data").textContent);
const currency = data.currency;
const bins = data.axis.labels;
const periodNoun = data.axis.joined || "period";
const horizonText = bins.length > 1 ? `${bins[0]} to ${bins[bins.length - 1]}` : bins[0] || "";

const formats = new Map();
function digits(value, places) {
  if (!formats.has(places)) {
    formats.set(
      places,
      new Intl.NumberFormat("en-US", {
        minimumFractionDigits: places,
        maximumFractionDigits: places,
      }),
    );
  }
  const text = formats.get(places).format(value);
  return /^-[0.,]*$/.test(text) ? text.slice(1) : text.replace("-", "−");
}
// Tonnes and money below this are what the solver's tolerance leaves: zero.
const ROUNDING = 1e-6;
const isNumber = value => typeof value === "number";
function plainNumber(value) {
  if (!isNumber(value)) return "–";
  const size = Math.abs(value);
  if (size < ROUNDING) return "0";
  if (size < 0.0005) return value < 0 ? "> −0.001" : "< 0.001";
  return digits(
    value,
    size >= 1000 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3,
  );
}
const tonnes = value => (isNumber(value) ? `${plainNumber(value)}\u00a0t` : "–");
// Nothing and all of it are whole: 0 % and 100 %.
const percent = (value, places = 1) =>
  isNumber(value) ? `${digits(100 * value, value === 0 || value === 1 ? 0 : places)}\u00a0%` : "–";
function money(value) {
  if (!isNumber(value)) return "–";
  const size = Math.abs(value);
  const [unit, word, places] =
    size >= 1e9
      ? [1e9, "\u00a0bn", 2]
      : size >= 1e6
        ? [1e6, "\u00a0M", size < 1e8 ? 2 : 1]
        : size >= 1e4
          ? [1e3, "\u00a0k", 0]
          : [1, "", size < 100 ? 2 : 0];
  return `${digits(value / unit, places)}${word}\u00a0${currency}`;
}
const shortMoney = value => money(value).slice(0, -currency.length - 1);
const counted = (number, word, many = word + "s") =>
  `${digits(number, 0)} ${number === 1 ? word : many}`;
const sum = values => values.reduce((total, value) => total + (value || 0), 0);
const truncate = (text, most) =>
  text.length > most ? text.slice(0, Math.max(1, most - 1)).trimEnd() + "…" : text;
function sumBy(items, key, value) {
  const found = new Map();
  for (const item of items) found.set(key(item), (found.get(key(item)) || 0) + value(item));
  return found;
}

function make(tag, attributes, ...children) {
  return fillElement(document.createElement(tag), attributes, children);
}
function draw(tag, attributes, ...children) {
  return fillElement(
    document.createElementNS("http://www.w3.org/2000/svg", tag),
    attributes,
    children,
  );
}
function fillElement(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") element.style.cssText = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined) element.append(child);
  return element;
}

const textMeasure = document.createElement("canvas").getContext("2d");
function textWidth(text, font = "12px system-ui, 'Segoe UI', Roboto, Arial, sans-serif") {
  textMeasure.font = font;
  return textMeasure.measureText(text).width;
}
function fitText(text, width) {
  if (textWidth(text) <= width) return text;
  let low = 1;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(truncate(text, middle)) <= width) low = middle;
    else high = middle - 1;
  }
  return truncate(text, low);
}

const tip = document.getElementById("tip");
const liveRegion = document.getElementById("said");
function showTip(text, x, y) {
  tip.textContent = text;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(6, Math.min(x + 14, innerWidth - box.width - 8))}px`;
  tip.style.top =
    (y + 18 + box.height > innerHeight ? Math.max(6, y - box.height - 12) : y + 18) + "px";
}
const hideTip = () => {
  tip.hidden = true;
};
addEventListener("keydown", event => {
  if (event.key === "Escape") hideTip();
});
addEventListener("scroll", hideTip, {passive: true});

// A mark of a picture shows its tooltip to pointer and keyboard, and its label to a screen reader.
// A picture is one stop of the Tab key; the arrow keys go from mark to mark (with columns, up and
// down go by rows).
function addTooltip(element, text) {
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", text.replaceAll("\n", ", "));
  element.classList.add("mark");
  element.addEventListener("pointermove", event => showTip(text, event.clientX, event.clientY));
  element.addEventListener("pointerleave", hideTip);
  element.addEventListener("focus", () => {
    if (!element.matches(":focus-visible")) return;
    const box = element.getBoundingClientRect();
    showTip(text, box.left + box.width / 2, box.top + Math.min(box.height, 40) / 2);
  });
  element.addEventListener("blur", hideTip);
  return element;
}
function addArrowKeys(marks, columns = 1) {
  marks.forEach((mark, place) => {
    mark.setAttribute("tabindex", place ? "-1" : "0");
    mark.addEventListener("keydown", event => {
      const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns}[event.key];
      const target =
        event.key === "Home"
          ? 0
          : event.key === "End"
            ? marks.length - 1
            : step
              ? place + step
              : -1;
      if (step || target >= 0) event.preventDefault();
      if (!marks[target] || target === place) return;
      mark.setAttribute("tabindex", "-1");
      marks[target].setAttribute("tabindex", "0");
      marks[target].focus();
    });
  });
}

// A figure: a title (a question or its answer), a note on units and period, the picture, and its
// numbers as a table. paint(width) returns the picture; resizing calls it again.
let figures = 0;
function figure({title, note, tools, paint, rows, heads}) {
  const id = `figure${++figures}`;
  const heading = make("h3", {id});
  const remark = make("p", {class: "note"});
  const stage = make("div", {class: "stage"});
  const table = make("details", {class: "figures"}, make("summary", {}, "The figures as a table"));
  const element = make(
    "figure",
    {"aria-labelledby": id},
    make("figcaption", {}, heading, remark),
    tools ? make("div", {class: "tools"}, tools) : null,
    stage,
    rows ? table : null,
  );
  let width = 0;
  function paintNow() {
    heading.textContent = typeof title === "function" ? title() : title;
    remark.textContent = typeof note === "function" ? note() : note || "";
    remark.hidden = !remark.textContent;
    stage.replaceChildren(paint(Math.max(320, stage.clientWidth || width || 900), id));
    if (rows && table.open) tabulate();
  }
  function tabulate() {
    table.querySelector(".scroll")?.remove();
    table.append(simpleTable(heads, rows(), heading.textContent));
  }
  table.addEventListener("toggle", () => {
    if (table.open) tabulate();
  });
  new ResizeObserver(() => {
    if (Math.abs(stage.clientWidth - width) < 2) return;
    width = stage.clientWidth;
    paintNow();
  }).observe(stage);
  element.repaint = () => {
    if (width) paintNow();
  };
  return element;
}
function simpleTable(heads, rows, label) {
  const cell = value =>
    isNumber(value)
      ? make("td", {class: "number"}, plainNumber(value))
      : make("td", {}, value ?? "");
  return make(
    "div",
    {class: "scroll", tabindex: 0, role: "region", "aria-label": label},
    make(
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
        rows.map(row => make("tr", {}, row.map(cell))),
      ),
    ),
  );
}
function svgCanvas(width, height, label) {
  return draw("svg", {
    viewBox: `0 0 ${width} ${height}`,
    height,
    role: "group",
    "aria-label": label,
  });
}
function selectBox(label, options, chosen, change) {
  const select = make(
    "select",
    {onchange: () => change(select.value)},
    options.map(([value, text]) => make("option", {value, selected: value === chosen}, text)),
  );
  return make("label", {}, label, select);
}
function section(id, title, ...content) {
  return make(
    "section",
    {id, "aria-labelledby": `${id}-title`},
    make("h2", {id: `${id}-title`}, title),
    content,
  );
}
function andMore(left, what, sheet) {
  return left ? ` And ${counted(left, what)} more: see ${sheet} in the workbook.` : "";
}
