// The page of a study: its kind follows from the name of its first table.
const STUDY_VIEWS = {
  Scenarios: scenariosView,
  Stress: stressView,
  Frontier: frontierView,
  Alternatives: alternativesView,
  Value: stochasticView,
  "Cost changes": plansView,
  "Input changes": inputsView,
};
// Other kinds of study have the chart of their workbook.
function otherView() {
  const [name, names, values] = data.chart || [];
  const rows = name ? recordsOf(name) : [];
  const drawn = rows.length
    ? values.map(header => {
        const kind = kindOf(name, header);
        return figure({
          title: header,
          note:
            `${kind === "money" ? currency : kind}${horizonSuffix()}.` +
            andMoreRows(rows.length, MAX_BARS, "row", name),
          heads: [names, header],
          rows: () => rows.map(row => [row[names], row[header]]),
          paint: width =>
            bars(
              width,
              rows.slice(0, MAX_BARS).map(row => ({
                name: String(row[names]),
                value: row[header],
                text: withUnit(kind, row[header]),
                tooltip: `${row[names]}: ${withUnit(kind, row[header])}`,
              })),
              header,
            ),
        });
      })
    : [];
  return {
    about: "",
    tiles: [],
    words: data.notes,
    alerts: failures(),
    parts: [["Overview", drawn.length ? section("overview", "Overview", drawn) : null]],
  };
}
const seen = (STUDY_VIEWS[data.sheets[0]?.name] || otherView)();
const [kind, verdict] = failed.length
  ? ["warn", `${runs.length - failed.length} of ${runs.length} runs have a valid plan.`]
  : unproven.length
    ? ["warn", `Every run has a plan; ${unproven.length} not proven optimal.`]
    : runs.length
      ? ["good", `Every run has a plan, proven optimal; every audit passed.`]
      : [
          "good",
          data.title.startsWith("Differences")
            ? "Compared row by row."
            : "Every scenario's plan passed its audit.",
        ];
const summary = [data.case && data.title, seen.about, horizonText].filter(Boolean).join("; ");
assemble(
  [
    topOf(data.case || data.title, kind, verdict, `${summary}.`),
    seen.tiles.length ? tileList(seen.tiles) : null,
    seen.card || summaryCard(seen.words || []),
    seen.alerts,
  ],
  [...seen.parts, ["Tables", tablesSection()]],
);
document
  .getElementById("foot")
  .append(
    make(
      "p",
      {},
      `Made ${data.made} by magnet-sourcing-optimizer ` +
        `${data.version}${data.run ? ` in run ${data.run}` : ""}.`,
    ),
    make("p", {}, "Every figure is in the study's workbook, on the sheet of the same name."),
  );
