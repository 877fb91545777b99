// Plans: progress of the running solve, a table of all runs, and the page of the chosen one.
import {byId, digits, duration, make, money, tonnes} from "./parts.js";

const STEPS = [
  ["read", "Read the workbook"],
  ["network", "Find what it means"],
  ["build", "Write the mathematics"],
  ["solve", "Look for the cheapest plan"],
  ["audit", "Check the plan"],
  ["write", "Write the results"],
];
const SHOWN_STEP = {
  transfer: "build",
  diagnose: "solve",
  extract: "audit",
  prices: "audit",
  explain: "audit",
};
const OUTCOMES = {
  optimal: ["good", "Proven optimal"],
  infeasible: ["bad", "No plan is feasible"],
  unbounded: ["bad", "Cost has no lower bound"],
  "time limit": ["warn", "Time limit: not proven"],
  interrupted: ["warn", "Stopped: not proven"],
};
let shownRun = 0;
let drawnState = "";

export const activeRun = runs =>
  runs.find(run => run.state === "running" || run.state === "stopping");
export function outcomeOf(run) {
  if (run.state === "running") return ["soft", "Running …"];
  if (run.state === "stopping") return ["soft", "Stopping …"];
  if (run.state === "failed") return ["bad", "Failed"];
  if (run.audit && !run.audit.passed) return ["bad", "Audit failed"];
  if (run.status === "optimal") return [lawfulKind(run), "Proven optimal"];
  return (
    OUTCOMES[run.status] ||
    (run.state === "stopped" ? ["warn", "Stopped"] : ["bad", run.status || "No plan"])
  );
}
// Green is for a plan that keeps its rules on stated origins alone.
const LAWFUL_RANKS = ["no", "no rules", "no rule binds", "as far as stated", "yes"];
const lawfulKind = run => ({yes: "good", "no rules": "soft", no: "bad"})[run.lawful] || "warn";
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
    ? `less lawful than plan ${base.number}`
    : "";
}
export function headline(run) {
  const cost =
    typeof run.objective === "number"
      ? `, ${money(run.objective, run.currency)}, short ${tonnes(run.shortage)}, lawful: ` +
        `${run.lawful}`
      : "";
  return `Plan ${run.number} of ${run.name}: ${outcomeOf(run)[1]}${cost}`;
}
export function chooseRun(number) {
  shownRun = number;
}

// Shows all runs. The page of the chosen run is loaded again only when another is chosen.
export function showPlans(runs, actions) {
  const section = byId("plans");
  if (!byId("runs")) {
    section.replaceChildren(
      make("div", {id: "progress"}),
      make("div", {id: "runs"}),
      make("div", {id: "result"}),
    );
  }
  const active = activeRun(runs);
  showProgress(active, actions);
  const nextState = JSON.stringify([runs.map(run => [run.number, run.state]), shownRun]);
  if (nextState === drawnState) return;
  drawnState = nextState;
  const focusedRun = document.activeElement?.closest("#runs button")?.dataset.run;
  byId("runs").replaceChildren(
    runs.length
      ? table(runs, actions)
      : make("p", {}, "No plan yet. Open a workbook without errors, and make one."),
  );
  if (focusedRun) document.querySelector(`#runs button[data-run="${focusedRun}"]`)?.focus();
  showResult(runs.find(run => run.number === shownRun && run !== active));
}

function showProgress(run, actions) {
  const box = byId("progress");
  if (!run) return box.replaceChildren();
  if (!byId("stop")) {
    box.replaceChildren(
      make(
        "div",
        {class: "card"},
        make(
          "div",
          {class: "line"},
          make("h2", {id: "progress-title"}),
          make("span", {id: "elapsed"}),
          make("span", {class: "gap"}),
          make("button", {type: "button", id: "stop", onclick: actions.stop}, "Stop"),
        ),
        make("ol", {class: "steps", id: "steps", "aria-label": "Steps"}),
        make(
          "p",
          {class: "note", id: "stopping", hidden: true},
          "The best plan so far is being written down, if there is one. " +
            "To stop at once is to give it up.",
        ),
        make("pre", {id: "lines", tabindex: 0, "aria-label": "What the solver says"}),
      ),
    );
  }
  byId("progress-title").textContent = `Plan ${run.number}: ${run.name}`;
  byId("elapsed").textContent = duration(run.seconds);
  byId("stop").textContent = run.state === "stopping" ? "Stop at once" : "Stop";
  byId("stopping").hidden = run.state !== "stopping";
  const at = Math.max(
    0,
    STEPS.findIndex(([name]) => name === (SHOWN_STEP[run.step] || run.step)),
  );
  byId("steps").replaceChildren(
    ...STEPS.map(([, words], place) =>
      make(
        "li",
        {
          class: place < at ? "past" : place === at ? "now" : null,
          "aria-current": place === at ? "step" : null,
        },
        words,
      ),
    ),
  );
  const lines = byId("lines");
  lines.textContent = run.lines.join("\n");
  lines.hidden = !run.lines.length;
  return undefined;
}

function table(runs, actions) {
  const base = runs.find(run => typeof run.objective === "number");
  const heads = [
    "plan",
    "workbook",
    "result",
    "lawful",
    "total cost",
    `against plan ${base ? base.number : 1}`,
    "short",
    "time",
    "kept in",
  ];
  const numbers = new Set([4, 5, 6, 7]);
  return make(
    "div",
    {class: "scroll list", tabindex: 0, role: "region", "aria-label": "Plans of this session"},
    make(
      "table",
      {},
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          heads.map((head, place) =>
            make("th", {scope: "col", class: numbers.has(place) ? "number" : null}, head),
          ),
        ),
      ),
      make(
        "tbody",
        {},
        runs.map(run => {
          const [kind, words] = outcomeOf(run);
          const gap =
            base &&
            run !== base &&
            typeof run.objective === "number" &&
            run.currency === base.currency
              ? run.objective - base.objective
              : null;
          return make(
            "tr",
            {class: run.number === shownRun ? "chosen" : null},
            make(
              "th",
              {scope: "row"},
              make(
                "button",
                {
                  type: "button",
                  "data-run": run.number,
                  "aria-pressed": run.number === shownRun,
                  onclick: () => actions.chooseRun(run.number),
                },
                `Plan ${run.number}`,
              ),
            ),
            make("td", {}, run.name),
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
            make("td", {class: "number"}, run === activeRun(runs) ? "" : duration(run.seconds)),
            make("td", {}, run.folder),
          );
        }),
      ),
    ),
  );
}

function showResult(run) {
  const box = byId("result");
  const frame = box.querySelector("iframe");
  if (frame && run && frame.dataset.run === String(run.number)) return;
  box.replaceChildren(...(run ? resultParts(run) : []));
}

// Gives the page of a run the theme of this page.
export function passTheme() {
  const frame = document.querySelector("iframe");
  if (frame)
    frame.src =
      frame.getAttribute("src").split("#")[0] + "#" + document.documentElement.dataset.theme;
}

function resultParts(run) {
  const [kind, words] = outcomeOf(run);
  const file = (word, save = "") => `runs/${run.number}/${word}${save}`;
  const has = word => run.files.includes(word);
  const gapNote =
    run.gap > 1e-9 ? `; no plan is cheaper by more than ${digits(100 * run.gap, 2)}\u00a0%` : "";
  const parts = [
    make(
      "div",
      {class: "line"},
      make("h2", {}, `Plan ${run.number}: ${run.name}`),
      make("span", {class: `badge ${kind}`}, words + gapNote),
      make("span", {class: "gap"}),
      has("plan")
        ? make("a", {class: "button first", href: file("plan"), download: ""}, "Results workbook")
        : null,
      has("page")
        ? make("a", {class: "button", href: file("page", "?save"), download: ""}, "Save the page")
        : null,
      has("page")
        ? make(
            "a",
            {class: "button", href: file("page"), target: "_blank", rel: "noopener"},
            "Open in a tab of its own",
          )
        : null,
    ),
  ];
  if (run.message)
    parts.push(make("div", {class: "alerts bad", id: "why"}, make("p", {}, run.message)));
  if (has("page") && run.state === "done") {
    parts.push(
      make("iframe", {
        src: `${file("page")}#${document.documentElement.dataset.theme}`,
        title: `Page of plan ${run.number}`,
        "data-run": run.number,
        sandbox: "allow-scripts allow-modals",
      }),
    );
  }
  return parts;
}
