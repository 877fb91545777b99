// Plans: a table of all of them, the page of the chosen one, re-planning and comparing.
import {comparisonParts} from "./comparison.js";
import {openedParts} from "./opened.js";
import {
  button,
  byId,
  dataTable,
  digits,
  duration,
  fileLinks,
  make,
  money,
  pageFrame,
  tonnes,
} from "./parts.js";
import {replanForm, updateReplanForm} from "./replanning.js";

const OUTCOMES = {
  optimal: ["good", "Proven optimal"],
  infeasible: ["bad", "No feasible plan"],
  unbounded: ["bad", "Cost has no lower bound"],
  "time limit": ["warn", "Time limit: not proven"],
  interrupted: ["warn", "Stopped: not proven"],
};
let shownRun = 0;
let drawnState = "";
let planCount = 0;
const planChoice = [0, 0];

export function outcomeOf(run) {
  if (run.state === "running") return ["soft", "Running …"];
  if (run.state === "stopping") return ["soft", "Stopping …"];
  if (run.state === "failed") return ["bad", "Failed"];
  if (run.audit && !run.audit.passed) return ["bad", "Audit failed"];
  if (run.opened && !run.verified) return ["soft", `As written: ${run.status || "no status"}`];
  if (run.status === "optimal") return [lawfulKind(run), "Proven optimal"];
  return (
    OUTCOMES[run.status] ||
    (run.state === "stopped" ? ["warn", "Stopped"] : ["bad", run.status || "No plan"])
  );
}
// Green is for a plan that keeps its rules on stated origins alone.
const LAWFUL_RANKS = ["no", "no rules", "no rule binds", "as far as stated", "yes"];
export const lawfulKind = run =>
  run.opened && !run.verified
    ? "soft"
    : {yes: "good", "no rules": "soft", no: "bad"}[run.lawful] || "warn";
// Says why a plan keeps fewer rules than another: a rule binds fewer tonnes, or it is less lawful.
function weakerRules(run, base) {
  const lost = Object.entries(base.rules || {})
    .filter(([rule, tons]) => (run.rules?.[rule] || 0) < tons * (1 - 1e-6))
    .map(([rule]) => rule);
  if (lost.length)
    return (
      `held to less: ${lost.join(", ")} ` +
      (lost.length === 1 ? "binds" : "bind") +
      " less or nothing"
    );
  return LAWFUL_RANKS.indexOf(run.lawful) < LAWFUL_RANKS.indexOf(base.lawful)
    ? `less lawful than ${base.label}`
    : "";
}
export function headline(run) {
  if (run.kind !== "plan")
    return `${run.label} of ${run.name}: ${run.state === "done" ? "finished" : run.state}`;
  const cost =
    typeof run.objective === "number"
      ? `, ${money(run.objective, run.currency)}, short ${tonnes(run.shortage)}, lawful: ` +
        `${run.lawful}`
      : "";
  return `${run.label} of ${run.name}: ${outcomeOf(run)[1]}${cost}`;
}
export function chooseRun(number) {
  shownRun = number;
}

// Shows all plans. The page of the chosen one is loaded again only when another is chosen.
export function showPlans(state, actions) {
  const section = byId("plans");
  if (!byId("runs"))
    section.replaceChildren(
      make("div", {id: "runs"}),
      make("div", {id: "comparing"}),
      make("div", {id: "result", class: "result"}),
    );
  const runs = state.runs.filter(run => run.kind !== "study");
  const busy = state.runs.some(run => run.state === "running" || run.state === "stopping");
  const nextState = JSON.stringify([
    runs.map(run => [run.number, run.state]),
    shownRun,
    busy,
    state.workbook?.number,
    state.workbook?.errors,
  ]);
  if (nextState === drawnState) return;
  drawnState = nextState;
  const focusedRun = document.activeElement?.closest("#runs button")?.dataset.run;
  const plans = runs.filter(run => run.kind === "plan");
  byId("runs").replaceChildren(
    plans.length
      ? table(plans, actions)
      : make(
          "p",
          {},
          "No plan yet. Open a workbook without errors and make a plan, or drop a results workbook.",
        ),
  );
  if (focusedRun) document.querySelector(`#runs button[data-run="${focusedRun}"]`)?.focus();
  showComparing(runs, actions, busy);
  showResult(
    runs.find(run => run.number === shownRun),
    state,
    actions,
    busy,
  );
}

function table(runs, actions) {
  const base = runs.find(run => typeof run.objective === "number");
  const heads = [
    "plan",
    "workbook",
    "result",
    "lawful",
    "total cost",
    `vs ${base ? base.label.toLowerCase() : "plan 1"}`,
    "short",
    "time",
    "folder",
  ];
  const numbers = new Set([4, 5, 6, 7]);
  return dataTable(
    "Plans of this session",
    heads,
    runs.map(run => planRow(run, base, actions)),
    numbers,
  );
}

function planRow(run, base, actions) {
  const [kind, words] = outcomeOf(run);
  const gap =
    base && run !== base && typeof run.objective === "number" && run.currency === base.currency
      ? run.objective - base.objective
      : null;
  const running = run.state === "running" || run.state === "stopping";
  return make(
    "tr",
    {class: run.number === shownRun ? "chosen" : null},
    make(
      "th",
      {scope: "row"},
      button(run.label, {"data-run": run.number, "aria-pressed": run.number === shownRun}, () =>
        actions.chooseRun(run.number),
      ),
    ),
    make("td", {}, run.name, run.note ? make("small", {class: "soft"}, run.note) : null),
    make("td", {class: kind}, words),
    make(
      "td",
      {class: run.lawful ? lawfulKind(run) : null, title: run.lawful_notes?.[0] || null},
      run.lawful || "–",
    ),
    make("td", {class: "number"}, money(run.objective, run.currency)),
    make(
      "td",
      {class: "number"},
      gap === null ? "–" : `${gap > 0 ? "+" : ""}${money(gap, run.currency)}`,
      gap < 0 && weakerRules(run, base)
        ? make("small", {class: "warn"}, weakerRules(run, base))
        : null,
    ),
    make("td", {class: "number"}, tonnes(run.shortage)),
    make("td", {class: "number"}, running || run.opened ? "" : duration(run.seconds)),
    make("td", {}, run.folder || "–"),
  );
}

// Two choices of plans, and the comparisons so far.
function showComparing(runs, actions, busy) {
  const plans = runs.filter(run => run.kind === "plan" && run.files.includes("plan"));
  const box = byId("comparing");
  if (plans.length < 2) return box.replaceChildren();
  const has = number => plans.some(run => run.number === number);
  if (!has(planChoice[0])) planChoice[0] = plans[0].number;
  // A new plan is the one that is compared next.
  if (plans.length !== planCount || !has(planChoice[1])) planChoice[1] = plans.at(-1).number;
  planCount = plans.length;
  const choice = (place, label) =>
    make(
      "select",
      {
        "aria-label": label,
        onchange: event => {
          planChoice[place] = Number(event.target.value);
        },
      },
      plans.map(run =>
        make("option", {value: run.number, selected: run.number === planChoice[place]}, run.label),
      ),
    );
  const comparisons = runs.filter(run => run.kind === "comparison" && run.state === "done");
  return box.replaceChildren(
    make(
      "div",
      {class: "line"},
      make("span", {}, "Side by side:"),
      choice(0, "First plan"),
      choice(1, "Second plan"),
      button("Compare", {id: "compare", disabled: busy}, () => {
        const known = comparisons.find(run => run.plans.join() === planChoice.join());
        if (known) actions.chooseRun(known.number);
        else actions.compare(...planChoice);
      }),
      comparisons.map(run =>
        button(run.name, {"data-run": run.number, "aria-pressed": run.number === shownRun}, () =>
          actions.chooseRun(run.number),
        ),
      ),
    ),
  );
}

function showResult(run, state, actions, busy) {
  const box = byId("result");
  const shown = run && run.state !== "running" && run.state !== "stopping";
  const made = shown ? `${run.number} ${run.state}` : "";
  if (box.dataset.made !== made) {
    box.dataset.made = made;
    const parts = run?.kind === "comparison" ? comparisonParts(run, state.runs) : null;
    box.replaceChildren(...(shown ? parts || resultParts(run, state, actions) : []));
  }
  updateReplanForm(state.workbook, busy);
}

// Gives the page of a run the theme of this page.
export function passTheme() {
  for (const frame of document.querySelectorAll("iframe"))
    frame.src =
      frame.getAttribute("src").split("#")[0] + "#" + document.documentElement.dataset.theme;
}

function resultParts(run, state, actions) {
  const [kind, words] = outcomeOf(run);
  const gapNote =
    run.gap > 1e-9 ? `; no plan is cheaper by more than ${digits(100 * run.gap, 2)}\u00a0%` : "";
  const parts = [
    make(
      "div",
      {class: "line"},
      make("h2", {}, `${run.label}: ${run.name}`),
      make("span", {class: `badge ${kind}`}, words + gapNote),
      make("span", {class: "gap"}),
      fileLinks(run, "Results workbook"),
    ),
  ];
  if (run.message)
    parts.push(make("div", {class: "alerts bad", id: "why"}, make("p", {}, run.message)));
  if (run.files.includes("plan")) parts.push(replanForm(run, state, actions));
  if (run.files.includes("page") && run.state === "done") parts.push(pageFrame(run));
  else if (run.opened) parts.push(...openedParts(run));
  return parts;
}
