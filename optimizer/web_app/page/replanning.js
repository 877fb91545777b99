// The next plan from a chosen one: what it keeps, and from which workbook it is made.
import {byId, make} from "./parts.js";

// What the next plan keeps of this one.
export function replanForm(run, state, actions) {
  const kept = new Set(["purchases", "shipments", "options"]);
  const until = make("input", {type: "date", id: "replan-until", required: true});
  const cost = make("input", {type: "number", id: "replan-cost", min: 0, step: "any", value: 0});
  const boxes = state.kept_kinds.map(kind =>
    make("input", {type: "checkbox", value: kind, checked: kept.has(kind)}),
  );
  const submit = event => {
    event.preventDefault();
    actions.solve({
      previous: run.number,
      freeze_until: until.value,
      freeze: boxes.filter(box => box.checked).map(box => box.value),
      change_cost: Number(cost.value),
    });
  };
  return make(
    "details",
    {class: "form", id: "replan"},
    make("summary", {}, "Re-plan from this plan"),
    make(
      "form",
      {onsubmit: submit},
      make("p", {class: "note", id: "replan-workbook"}),
      make(
        "div",
        {class: "fields"},
        make("label", {for: "replan-until"}, "Keep what is decided for periods that begin before"),
        until,
        make("span", {id: "replan-kinds"}, "What is kept"),
        make(
          "div",
          {class: "checks", role: "group", "aria-labelledby": "replan-kinds"},
          boxes.map(box => make("label", {}, box, box.value)),
        ),
        make(
          "label",
          {for: "replan-cost"},
          `Charge for each tonne changed later, in ${run.currency || "the currency"}`,
        ),
        cost,
      ),
      make("button", {type: "submit", id: "replan-start", class: "first"}, "Make the new plan"),
    ),
  );
}

// The form is drawn once; the workbook that is open may change afterwards.
export function updateReplanForm(workbook, busy) {
  const again = byId("replan-start");
  if (again) again.disabled = busy || !workbook || Boolean(workbook.errors);
  const onWorkbook = byId("replan-workbook");
  if (onWorkbook)
    onWorkbook.textContent = workbook
      ? `Solves the workbook that is open now: ${workbook.name}.`
      : "Open the workbook with the new data first.";
}
