// The page of a run: its sections in order; or one picture alone, for a notebook.
const partsOfPage = () =>
  data.objective === null
    ? []
    : [
        [
          "Demand and rules",
          section(
            "service",
            "Is demand met, and are the rules kept?",
            make(
              "div",
              {class: "pair"},
              data.delivered.tonnes.length || data.short.length ? demandFigure() : null,
              data.rules.rows.length
                ? rulesFigure()
                : make("p", {class: "note card"}, "No rule binds a delivery."),
            ),
          ),
        ],
        ["Flows", flowsSection()],
        [
          "Plants and stock",
          data.units.rows.length || data.stock.rows.length
            ? section(
                "plants",
                "How busy are the plants, and what is in stock?",
                unitsFigure(),
                stockFigure(),
              )
            : null,
        ],
        ["Money", section("money", "What does it cost?", costFigure(), ruleCostFigure())],
        [
          "Scarce and nearly used",
          data.scarcity.rows.length || data.break_even.rows.length
            ? section(
                "scarce",
                "What is scarce, and who is nearly competitive?",
                make("div", {class: "pair"}, scarcityFigure(), breakEvenFigure()),
              )
            : null,
        ],
        ["Tables", tablesSection()],
      ].filter(part => part[1]);
const PICTURES = {
  demand: demandFigure,
  rules: () => (data.rules.rows.length ? rulesFigure() : null),
  map: () => flowsSection(["map"]),
  sankey: () => flowsSection(["sankey"]),
  units: unitsFigure,
  stock: stockFigure,
  costs: costFigure,
  rule_costs: ruleCostFigure,
  scarcity: scarcityFigure,
  break_even: breakEvenFigure,
};
// The frame of a notebook gets the height of its picture, unless it is of another origin.
function showAlone(name) {
  theme();
  const main = document.getElementById("main");
  main.className = "alone";
  document.getElementById("foot").remove();
  main.append(
    PICTURES[name]() || make("p", {class: "note card"}, "This plan has nothing to show here."),
  );
  const frame = window.frameElement;
  if (frame)
    new ResizeObserver(() => {
      frame.style.height = `${Math.ceil(main.getBoundingClientRect().height) + 4}px`;
    }).observe(main);
}
function showPage() {
  assemble(head(), partsOfPage());
  document
    .getElementById("foot")
    .append(
      make(
        "p",
        {},
        "Input " +
          `${data.input.file || "from tables"}` +
          (data.input.sha256 ? `, sha256 ${data.input.sha256}` : "") +
          ". " +
          `Made ${data.made} by magnet-sourcing-optimizer ` +
          `${data.version}${data.run ? ` in run ${data.run}` : ""}.`,
      ),
      make(
        "p",
        {},
        data.objective === null
          ? ""
          : `${data.audit.verdict}. Every figure is a sum over the result tables, which are ` +
              "in full in the results workbook." +
              (data.axis.joined
                ? ` Pictures join ${data.axis.periods} periods by ${data.axis.joined}.`
                : ""),
      ),
      land ? make("p", {}, "Outline of the land: Natural Earth, public domain.") : "",
    );
}
if (data.picture) showAlone(data.picture);
else showPage();
