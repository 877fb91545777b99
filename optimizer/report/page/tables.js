// The result tables, as in the workbook: sorted by a header, filtered by one or all columns.
const TABLE_PAGE_ROWS = 150;
function valuesOf(column) {
  return Array.isArray(column) ? column : column.at.map(place => column.words[place]);
}
function shownAs(kind, value) {
  if (value === null || value === "") return "";
  if (!isNumber(value)) return value;
  if (kind === "share") return percent(value);
  return plainNumber(value);
}
const isNumeric = kind => !["text", "period", "date"].includes(kind);
function unitOf(field) {
  return field.unit || {tonnes: "t", money: currency, price: `${currency}/t`}[field.kind] || "";
}
const headerOf = field => field.title || field.header;
// Filter of a column. Numbers: > 5, <= 10, = 0, or a number for "at least". Text: what it contains.
function test(kind, wanted) {
  const text = wanted.trim().toLowerCase();
  const found = text.match(/^(>=|<=|>|<|=)?\s*(-?[\d.,]+)\s*(%?)$/);
  if (isNumeric(kind) && found) {
    const bound =
      Number(found[2].replaceAll(",", "")) /
      (found[3] || (kind === "share" && Number(found[2]) > 1) ? 100 : 1);
    const sign = found[1] || ">=";
    return value =>
      isNumber(value) &&
      (sign === ">"
        ? value > bound
        : sign === "<"
          ? value < bound
          : sign === "<="
            ? value <= bound
            : sign === "="
              ? Math.abs(value - bound) < 5e-7
              : value >= bound);
  }
  return value => shownAs(kind, value).toLowerCase().includes(text);
}

function tablesSection() {
  if (!data.sheets.length) return null;
  const panel = make("div", {role: "tabpanel", id: "panel", "aria-live": "off"});
  const tabs = data.sheets.map((sheet, place) =>
    make(
      "button",
      {
        type: "button",
        role: "tab",
        "aria-controls": "panel",
        id: `tab${place}`,
        onclick: () => open(place),
        onkeydown: event => {
          const target = {
            ArrowRight: place + 1,
            ArrowLeft: place - 1,
            Home: 0,
            End: tabs.length - 1,
          }[event.key];
          if (target === undefined || !tabs[target]) return;
          event.preventDefault();
          open(target);
          tabs[target].focus();
        },
      },
      `${sheet.name} `,
      make("small", {}, digits(sheet.total, 0)),
    ),
  );
  function open(place) {
    tabs.forEach((tab, other) => {
      tab.setAttribute("aria-selected", String(place === other));
      tab.tabIndex = place === other ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", `tab${place}`);
    panel.replaceChildren(sheetTable(data.sheets[place]));
  }
  open(
    Math.max(
      0,
      data.sheets.findIndex(sheet => sheet.total),
    ),
  );
  return section(
    "tables",
    "Tables, by the names of the workbook's sheets",
    make(
      "div",
      {class: "card"},
      make("div", {class: "tabs", role: "tablist", "aria-label": "Result tables"}, tabs),
      panel,
    ),
  );
}

function sheetTable(sheet) {
  const columns = sheet.columns.map(valuesOf);
  const kinds = sheet.fields.map(field => field.kind);
  const filters = sheet.fields.map(() => "");
  let everywhere = "";
  const order = [...Array(sheet.shown).keys()];
  let sorted = -1;
  let rising = true;
  let limit = TABLE_PAGE_ROWS;
  const body = make("tbody");
  const foot = make("tfoot");
  const status = make("p", {class: "note", role: "status"});
  const moreButton = make(
    "button",
    {
      type: "button",
      class: "more",
      onclick: () => {
        limit += 5 * TABLE_PAGE_ROWS;
        fillBody();
      },
    },
    "Show more rows",
  );
  const heads = sheet.fields.map((field, place) =>
    make(
      "th",
      {scope: "col", "aria-sort": "none", class: isNumeric(field.kind) ? "number" : null},
      make(
        "button",
        {type: "button", title: field.meaning, onclick: () => sort(place)},
        headerOf(field) + (unitOf(field) ? `, ${unitOf(field)}` : ""),
      ),
      make("input", {
        type: "search",
        "aria-label": `Filter ${headerOf(field)}`,
        placeholder: isNumeric(field.kind) ? "> 0" : "filter",
        oninput: event => {
          filters[place] = event.target.value;
          limit = TABLE_PAGE_ROWS;
          fillBody();
        },
      }),
    ),
  );
  function sort(place) {
    rising = sorted === place ? !rising : !isNumeric(kinds[place]);
    sorted = place;
    const values = columns[place];
    const sign = rising ? 1 : -1;
    order.sort((a, b) => {
      const [x, y] = [values[a], values[b]];
      if (x === null || x === "") return y === null || y === "" ? a - b : 1;
      if (y === null || y === "") return -1;
      return (
        (isNumber(x) && isNumber(y)
          ? x - y
          : String(x).localeCompare(String(y), "en", {numeric: true})) * sign || a - b
      );
    });
    const direction = rising ? "ascending" : "descending";
    heads.forEach((head, other) => {
      head.setAttribute("aria-sort", other === place ? direction : "none");
    });
    liveRegion.textContent =
      `Sorted by ${headerOf(sheet.fields[place])}, ` + (rising ? "ascending" : "descending");
    fillBody();
  }
  function fillBody() {
    const tests = filters
      .map((wanted, place) => (wanted.trim() ? [columns[place], test(kinds[place], wanted)] : null))
      .filter(Boolean);
    const words = everywhere.trim().toLowerCase();
    const rows = order.filter(
      row =>
        tests.every(([values, holds]) => holds(values[row])) &&
        (!words ||
          columns.some((values, place) =>
            shownAs(kinds[place], values[row]).toLowerCase().includes(words),
          )),
    );
    body.replaceChildren(
      ...rows.slice(0, limit).map(row =>
        make(
          "tr",
          {},
          columns.map((values, place) =>
            make(
              "td",
              {
                class: isNumeric(kinds[place])
                  ? "number"
                  : kinds[place] !== "text"
                    ? "date"
                    : (values[row] || "").length > 40
                      ? "long"
                      : null,
              },
              shownAs(kinds[place], values[row]),
            ),
          ),
        ),
      ),
    );
    const filtered = tests.length || words;
    const whole = !filtered && sheet.shown < sheet.total ? sheet.sums : null;
    foot.replaceChildren(
      make(
        "tr",
        {},
        sheet.fields.map((field, place) =>
          make(
            "td",
            {class: isNumeric(field.kind) ? "number" : null},
            field.header in sheet.sums
              ? plainNumber(whole ? whole[field.header] : sum(rows.map(row => columns[place][row])))
              : place
                ? ""
                : "Total",
          ),
        ),
      ),
    );
    foot.hidden = !sheet.total || !Object.keys(sheet.sums).length;
    moreButton.hidden = rows.length <= limit;
    status.textContent =
      (filtered
        ? `${digits(rows.length, 0)} of ${counted(sheet.shown, "row")}.`
        : `${counted(sheet.total, "row")}.`) +
      (rows.length > limit ? ` The first ${digits(limit, 0)} are shown.` : "") +
      (sheet.shown < sheet.total
        ? ` This page holds the ${digits(sheet.shown, 0)} ` +
          `largest${sheet.by ? ` by ${sheet.by}` : ""} of ${digits(sheet.total, 0)}; ` +
          (filtered ? "totals are those of the rows found; " : "totals are those of all; ") +
          "the " +
          "workbook has the rest."
        : "");
  }
  if (!sheet.total)
    return make(
      "div",
      {},
      make("p", {class: "note"}, sheet.meaning),
      make("p", {}, "Nothing to show in this plan."),
    );
  fillBody();
  return make(
    "div",
    {},
    make("p", {class: "note"}, sheet.meaning),
    make(
      "div",
      {class: "tools"},
      make(
        "label",
        {},
        "Find in all columns",
        make("input", {
          type: "search",
          id: "find",
          oninput: event => {
            everywhere = event.target.value;
            limit = TABLE_PAGE_ROWS;
            fillBody();
          },
        }),
      ),
      status,
    ),
    make(
      "div",
      {class: "scroll", tabindex: 0, role: "region", "aria-label": `Table ${sheet.name}`},
      make("table", {}, make("thead", {}, make("tr", {}, heads)), body, foot),
    ),
    moreButton,
  );
}
