// Progress of the run in progress: steps, finished runs, time left as measured, and the stop button.
import {button, byId, digits, duration, make} from "./parts.js";

const STEPS = {
  plan: [
    ["read", "Read workbook"],
    ["network", "Link data"],
    ["build", "Build model"],
    ["solve", "Find least cost"],
    ["audit", "Audit plan"],
    ["rules", "Solve without each rule"],
    ["write", "Write results"],
  ],
  follows: [
    ["read", "Read workbook"],
    ["solve", "Plan again"],
    ["write", "Write results"],
  ],
  study: [
    ["read", "Read workbook"],
    ["runs", "Solve plans"],
    ["write", "Write results"],
  ],
  comparison: [["runs", "Compare plans"]],
};
const SHOWN_STEP = {
  transfer: "build",
  diagnose: "solve",
  extract: "audit",
  prices: "audit",
  explain: "audit",
};
const STOPPING = {
  plan: "The best plan so far is being written, if there is one. Stop at once gives it up.",
  study: "The finished plans are kept: the study can go on from them.",
  comparison: "",
};

export const activeRun = runs =>
  runs.find(run => run.state === "running" || run.state === "stopping");

export function showProgress(run, actions) {
  const box = byId("progress");
  box.hidden = !run;
  if (!run) return box.replaceChildren();
  if (box.dataset.run !== String(run.number) || !byId("stop")) {
    box.dataset.run = run.number;
    box.replaceChildren(
      make(
        "div",
        {class: "card"},
        make(
          "div",
          {class: "line"},
          make("h2", {}, `${run.label}: ${run.title ? `${run.title}, ` : ""}${run.name}`),
          make("span", {id: "elapsed"}),
          make("span", {class: "gap"}),
          button("Stop", {id: "stop"}, actions.stop),
        ),
        make("ol", {class: "steps", id: "steps", "aria-label": "Steps"}),
        make(
          "div",
          {class: "line", id: "measured", hidden: true},
          make("progress", {id: "bar", "aria-label": "Plans solved"}),
          make("span", {id: "counted"}),
        ),
        make("p", {class: "note", id: "stopping", hidden: true}, STOPPING[run.kind]),
        make("pre", {id: "lines", tabindex: 0, "aria-label": "Messages of the solver"}),
      ),
    );
  }
  byId("elapsed").textContent = duration(run.seconds);
  byId("stop").textContent = run.state === "stopping" ? "Stop at once" : "Stop";
  byId("stopping").hidden = run.state !== "stopping";
  drawSteps(run);
  drawRuns(run);
  const lines = byId("lines");
  lines.textContent = run.lines.join("\n");
  lines.hidden = !run.lines.length;
  return undefined;
}

const has = (run, step) => step !== "rules" || run.prices_rules;

function drawSteps(run) {
  const steps = run.follows ? STEPS.follows : STEPS[run.kind].filter(([name]) => has(run, name));
  const step = SHOWN_STEP[run.step] || run.step;
  const at = Math.max(
    0,
    steps.findIndex(([name]) => name === step),
  );
  byId("steps").replaceChildren(
    ...steps.map(([, words], place) =>
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
}

// A range, as single plans take longer than others.
function timeLeft(low, high) {
  if (high < 1) return "less than 1\u00a0s";
  const [from, to] = [duration(low), duration(Math.ceil(high))];
  return from === to ? `about ${to}` : low < 1 ? `at most ${to}` : `${from} to ${to}`;
}

// The time left is there only while the server has measured it.
function drawRuns(run) {
  const box = byId("measured");
  box.hidden = !run.runs || run.step !== "runs";
  if (box.hidden) return;
  const {done, total, left, name} = run.runs;
  byId("bar").max = total;
  byId("bar").value = done;
  const rest = left && done < total ? `, ${timeLeft(...left)} left` : "";
  byId("counted").textContent = `${digits(done)} of ${digits(total)} plans${rest}. Last: ${name}`;
}
