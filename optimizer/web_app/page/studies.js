// Studies: a form for each study that the program has, the studies so far, and their pages.
import {button, byId, dataTable, duration, fileLinks, make, pageFrame} from "./parts.js";

const INPUT_TYPES = {count: "number", whole: "number", seconds: "number", date: "date"};
let chosen = "";
let shownStudy = 0;
let drawnForm = "";
let drawnState = "";

export function chooseStudy(number) {
  shownStudy = number;
}

export function showStudies(state, actions) {
  if (!byId("study-form"))
    byId("studies").replaceChildren(
      make("div", {id: "study-form"}),
      make("div", {id: "study-list"}),
      make("div", {id: "study-result", class: "result"}),
    );
  if (!state.studies.length) return;
  chosen ||= state.studies[0].command;
  const form = JSON.stringify([chosen, state.workbook?.number, state.studies.length]);
  if (form !== drawnForm) {
    drawnForm = form;
    const focused = document.activeElement?.id;
    byId("study-form").replaceChildren(...formParts(state, actions));
    if (focused?.startsWith("study")) byId(focused)?.focus();
  }
  const busy = state.runs.some(run => run.state === "running" || run.state === "stopping");
  const ready = state.workbook && !state.workbook.read_error && !state.workbook.errors;
  byId("study-start").disabled = busy || !ready;
  drawStudies(
    state.runs.filter(run => run.kind === "study"),
    actions,
    busy,
  );
}

function formParts(state, actions) {
  const study = state.studies.find(each => each.command === chosen);
  const {workbook} = state;
  const values = study.options.map((option, place) =>
    field(option, `study-option-${place}`, state),
  );
  const submit = event => {
    event.preventDefault();
    const options = {};
    for (const {name, value} of values) options[name] = value();
    actions.study(study.command, options);
  };
  const main = values.filter(each => !each.isLimit);
  const limits = values.filter(each => each.isLimit);
  return [
    make(
      "form",
      {class: "card", onsubmit: submit, "aria-label": "New study"},
      make(
        "div",
        {class: "line"},
        make("label", {for: "study"}, make("b", {}, "Study")),
        make(
          "select",
          {
            id: "study",
            onchange: event => {
              chosen = event.target.value;
              showStudies(state, actions);
            },
          },
          state.studies.map(each =>
            make("option", {value: each.command, selected: each.command === chosen}, each.title),
          ),
        ),
        make("span", {class: "gap"}),
        make("button", {type: "submit", id: "study-start", class: "first"}, "Start the study"),
      ),
      make("p", {}, `${sentence(study.summary)}.`),
      make(
        "p",
        {class: "note"},
        workbook
          ? workbook.errors || workbook.read_error
            ? `${workbook.name} has errors: correct them first.`
            : `Of the workbook that is open: ${workbook.name}.`
          : "Open a workbook first.",
      ),
      make(
        "div",
        {class: "fields"},
        main.map(each => each.parts),
      ),
      make(
        "details",
        {},
        make("summary", {}, "Limits of each solve"),
        make(
          "div",
          {class: "fields"},
          limits.map(each => each.parts),
        ),
      ),
    ),
  ];
}
const sentence = text => text.charAt(0).toUpperCase() + text.slice(1);

// Label and input of an option, and a function that reads its value.
function field(option, id, state) {
  const isLimit = ["time_limit", "gap"].includes(option.name);
  const label = sentence(option.label);
  const choices = option.choices.length
    ? option.choices
    : state.workbook?.choices[option.choices_from] || [];
  if (option.kind === "switch") {
    const box = make("input", {type: "checkbox", id});
    const parts = [make("span", {}), make("label", {class: "check"}, box, label)];
    return {name: option.name, isLimit, parts, value: () => box.checked};
  }
  if (option.kind === "list" && choices.length) {
    const boxes = choices.map(value => make("input", {type: "checkbox", value}));
    const parts = [
      make("span", {id: `${id}-label`}, label, hint("none chosen: all")),
      make(
        "div",
        {class: "checks", role: "group", "aria-labelledby": `${id}-label`},
        boxes.map(box => make("label", {}, box, box.value)),
      ),
    ];
    const value = () => boxes.filter(box => box.checked).map(box => box.value);
    return {name: option.name, isLimit, parts, value};
  }
  const input = make("input", {
    id,
    type: INPUT_TYPES[option.kind] || "text",
    min: option.kind === "count" ? 1 : null,
    step: option.kind === "seconds" ? "any" : null,
    required: option.required,
  });
  const parts = [
    make("label", {for: id}, label, option.kind === "date" ? null : hint(option.hint)),
    input,
  ];
  const value = () =>
    option.kind === "list" ? (input.value ? [input.value] : []) : input.value.trim();
  return {name: option.name, isLimit, parts, value};
}
const hint = text => make("small", {class: "soft"}, ` ${text}`);

function drawStudies(runs, actions, busy) {
  const state = JSON.stringify([
    runs.map(run => [run.number, run.state, run.can_go_on]),
    shownStudy,
    busy,
  ]);
  if (state === drawnState) return;
  drawnState = state;
  const focused = document.activeElement?.closest("#study-list button")?.dataset.run;
  byId("study-list").replaceChildren(...(runs.length ? [studyTable(runs, actions, busy)] : []));
  if (focused) document.querySelector(`#study-list button[data-run="${focused}"]`)?.focus();
  const run = runs.find(each => each.number === shownStudy);
  const box = byId("study-result");
  const ended = run && run.state !== "running" && run.state !== "stopping";
  const made = ended ? `${run.number} ${run.state}` : "";
  if (box.dataset.made === made) return;
  box.dataset.made = made;
  box.replaceChildren(...(ended ? resultParts(run) : []));
}

const STATES = {
  running: ["soft", "Running …"],
  stopping: ["soft", "Stopping …"],
  failed: ["bad", "Failed"],
  stopped: ["warn", "Stopped"],
};
function outcome(run) {
  if (run.state !== "done") return STATES[run.state];
  return ["solved", "optimal"].includes(run.status)
    ? ["good", "Finished"]
    : ["warn", `Finished: ${run.status}`];
}

function studyTable(runs, actions, busy) {
  return dataTable(
    "Studies of this session",
    ["study", "workbook", "options", "result", "time", "folder"],
    runs.map(run => {
      const [kind, words] = outcome(run);
      const running = run.state === "running" || run.state === "stopping";
      return make(
        "tr",
        {class: run.number === shownStudy ? "chosen" : null},
        make(
          "th",
          {scope: "row"},
          button(
            `${run.label}: ${run.title}`,
            {"data-run": run.number, "aria-pressed": run.number === shownStudy},
            () => actions.chooseStudy(run.number),
          ),
        ),
        make("td", {}, run.name),
        make("td", {}, run.note || "–"),
        make(
          "td",
          {class: kind},
          words,
          run.can_go_on
            ? [
                " ",
                button("Go on", {class: "go-on", disabled: busy}, () => actions.goOn(run.number)),
              ]
            : null,
        ),
        make("td", {class: "number"}, running ? "" : duration(run.seconds)),
        make("td", {}, run.folder),
      );
    }),
    new Set([4]),
  );
}

function resultParts(run) {
  const [kind, words] = outcome(run);
  return [
    make(
      "div",
      {class: "line"},
      make("h2", {}, `${run.label}: ${run.title}, ${run.name}`),
      make("span", {class: `badge ${kind}`}, words),
      make("span", {class: "gap"}),
      run.state === "done" ? fileLinks(run, "Workbook of the study") : null,
    ),
    run.message
      ? make(
          "div",
          {class: `alerts ${run.state === "failed" ? "bad" : ""}`},
          make("p", {}, run.message),
        )
      : null,
    run.files.includes("page") && run.state === "done" ? pageFrame(run) : null,
  ].filter(Boolean);
}
