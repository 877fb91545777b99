// The check report: errors, corrections and warnings of the workbook.
import {button, byId, counted, digits, make} from "./parts.js";

export const sentence = finding => finding.message + (finding.hint ? `; ${finding.hint}` : "");

// The report of a workbook. showFinding: leads to the cell of a finding; correct: corrects a cell.
export function checkReport(workbook, showFinding, correct) {
  const left = workbook.errors + workbook.warnings - workbook.findings.length;
  return make(
    "div",
    {class: "report", role: "region", "aria-label": "Check report"},
    findingGroup(workbook, "error", "bad", showFinding),
    workbook.findings.length ? null : make("p", {}, "No errors or warnings."),
    corrections(workbook, correct),
    make("p", {class: "note", id: "saved", hidden: true}),
    findingGroup(workbook, "warning", "warn", showFinding),
    left > 0 ? make("p", {class: "note"}, `And ${digits(left)} more: see the marked copy.`) : null,
    make(
      "p",
      {class: "note"},
      "To correct a cell, choose it and type; Enter takes the value, Escape leaves the old one. " +
        "Your own file stays as it is: save the corrected workbook as a copy.",
    ),
  );
}

function findingGroup(workbook, severity, style, showFinding) {
  const findings = workbook.findings.filter(finding => finding.severity === severity);
  if (!findings.length) return null;
  return [
    make("h3", {class: style}, counted(workbook[`${severity}s`], severity)),
    make(
      "ol",
      {class: "findings"},
      findings.map(finding => make("li", {}, findingLine(finding, showFinding))),
    ),
  ];
}

// Cells that were corrected on this page, each with its old value and a way back.
function corrections(workbook, correct) {
  const all = workbook.corrections;
  if (!all.length) return null;
  const shown = value => (value === "" ? "(empty)" : String(value));
  return [
    make("h3", {}, counted(all.length, "correction")),
    make(
      "ol",
      {class: "findings", id: "corrections"},
      all.map(each =>
        make(
          "li",
          {class: "correction"},
          make(
            "span",
            {},
            make("b", {}, each.place),
            `: ${shown(each.before)} → ${shown(each.after)}`,
          ),
          button("Undo", {"aria-label": `Undo the correction of ${each.place}`}, () =>
            correct(each.cell, null, each.cell.slice(1)),
          ),
        ),
      ),
    ),
  ];
}

function findingLine(finding, showFinding) {
  const words = [
    make("b", {}, finding.place),
    finding.column ? ` (${finding.column})` : "",
    make("span", {}, sentence(finding)),
  ];
  if (!finding.position) return make("div", {class: `finding ${finding.severity}`}, words);
  return make(
    "button",
    {
      type: "button",
      class: `finding ${finding.severity}`,
      onclick: event => showFinding(finding, event.currentTarget),
    },
    words,
  );
}

// The page says where the copy is, and that the planner's own file is as it was.
export function showSaved(next) {
  const note = byId("saved");
  if (!note) return;
  note.hidden = !next.saved;
  note.textContent = next.saved ? `Saved as ${next.saved}` : "";
}
