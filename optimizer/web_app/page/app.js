// The page: uploads workbooks, starts runs, and draws the state of the server.
import {announce, byId, get, make, post, postOptions, showError} from "./parts.js";
import {chooseRun, headline, passTheme, showPlans} from "./plans.js";
import {activeRun, showProgress} from "./progress.js";
import {showWorkbook, verdict} from "./sheet.js";
import {chooseStudy, showStudies} from "./studies.js";

const POLL_INTERVAL = 500; // milliseconds
const STARTS = {
  buy: ["I buy", "two suppliers, a duty, a rule for defence"],
  make: ["I make", "mine, separation, magnets"],
  sell: ["I sell", "own oxide, contracts and spot sales"],
};
let state = {workbook: null, runs: [], studies: [], starts: [], max_bytes: Infinity};
let openRequests = 0;
let timer = null;

const actions = {
  solve: options => request("solve", options, "The plan is being made.", () => show("plans")),
  study: (command, options) => request(`study/${command}`, options, "The study has started."),
  goOn: run => request("go-on", {run}, "The study goes on."),
  compare: (first, second) => request("compare", {first, second}, "The plans are compared."),
  reload: () => mayLeaveCorrections() && request("reload", {}, "", announceVerdict),
  stop: () => request("stop", {}, "The run is being stopped."),
  correct: (cell, text) =>
    request("correct", {workbook: state.workbook.number, ...cell, text}, "", announceVerdict),
  save: () =>
    request("save", {workbook: state.workbook.number}, "", () =>
      announce(`Saved as ${state.workbook.saved}`),
    ),
  start: kind =>
    request(`start/${kind}`, {}, "", () => {
      announceVerdict();
      byId("make")?.focus({preventScroll: true});
    }),
  chooseRun(number) {
    chooseRun(number);
    draw();
  },
  chooseStudy(number) {
    chooseStudy(number);
    draw();
  },
};
// Corrections that are not saved are not dropped unasked.
function mayLeaveCorrections() {
  const {workbook} = state;
  const unsaved = workbook?.corrections.length && !workbook.saved;
  return (
    !unsaved || confirm(`The corrections of ${workbook.name} are not saved. Go on without them?`)
  );
}
const announceVerdict = () => {
  if (state.workbook) announce(`${state.workbook.name}: ${verdict(state.workbook)}`);
};

// Gives true if the server has done what was asked for.
async function request(address, options, announcement, afterwards) {
  showError("");
  try {
    openRequests += 1;
    update(await postOptions(address, options));
    if (announcement) announce(announcement);
    if (afterwards) afterwards();
    return true;
  } catch (error) {
    showError(error.message);
    return false;
  } finally {
    openRequests -= 1;
  }
}

async function upload(file) {
  if (!file || !mayLeaveCorrections()) return;
  showError("");
  if (file.size > state.max_bytes) {
    showError(
      `${file.name}: has ${Math.round(file.size / 1e6)} MB, and the page takes ` +
        `${Math.round(state.max_bytes / 1e6)} MB at most; solve it with the command: ` +
        "optimizer solve",
    );
    return;
  }
  announce(`${file.name} is being checked.`);
  document.body.classList.add("busy");
  try {
    openRequests += 1;
    const before = state.workbook?.number;
    update(await post(`workbook?name=${encodeURIComponent(file.name)}`, file));
    if (state.workbook?.number !== before) openWorkbook();
  } catch (error) {
    showError(error.message);
  } finally {
    openRequests -= 1;
    document.body.classList.remove("busy");
  }
}

function openPlan(run) {
  chooseRun(run.number);
  show("plans");
  announce(`${run.name} opens as ${run.label}. ${headline(run)}`);
  document.querySelector(`#runs button[data-run="${run.number}"]`)?.focus();
}

function openWorkbook() {
  show("workbook");
  announceVerdict();
  (byId("make").disabled ? document.querySelector("button.finding") : byId("make"))?.focus({
    preventScroll: true,
  });
}

function update(next) {
  const before = activeRun(state.runs);
  const isOpened = next.runs.length > state.runs.length && next.runs.at(-1).opened;
  state = next;
  const after = before && state.runs.find(run => run.number === before.number);
  if (after && after !== activeRun(state.runs)) {
    (after.kind === "study" ? chooseStudy : chooseRun)(after.number);
    announce(headline(after) + (after.message ? `. ${after.message}` : ""));
  }
  draw();
  if (isOpened) openPlan(state.runs.at(-1));
  clearTimeout(timer);
  if (activeRun(state.runs) || state.reading) timer = setTimeout(poll, POLL_INTERVAL);
}

async function poll() {
  if (openRequests) {
    timer = setTimeout(poll, POLL_INTERVAL);
    return;
  }
  try {
    update(await get("state"));
  } catch (error) {
    showError(error.message);
  }
}

function draw() {
  const active = activeRun(state.runs);
  document.title =
    (active ? "… " : "") +
    (state.workbook ? `${state.workbook.name}: sourcing plans` : "Sourcing plans");
  document.body.classList.toggle("reading", Boolean(state.reading));
  drawStarts();
  showWorkbook(state.workbook, actions, Boolean(active));
  showPlans(state, actions);
  showStudies(state, actions);
  showProgress(byId("workbook").hidden ? active : null, actions);
  const count = kinds => {
    const number = state.runs.filter(run => kinds.includes(run.kind)).length;
    return number ? ` (${number})` : "";
  };
  byId("to-plans").textContent = `Plans${count(["plan"])}`;
  byId("to-studies").textContent = `Studies${count(["study"])}`;
  const chip = byId("chip");
  chip.hidden = !active || byId("workbook").hidden;
  chip.textContent = active ? `${active.label} is running …` : "";
}

function drawStarts() {
  const box = byId("starts");
  if (box.children.length === state.starts.length) return;
  box.replaceChildren(
    ...state.starts.map(kind => {
      const [title, words] = STARTS[kind] || [kind, ""];
      return make(
        "button",
        {type: "button", class: "start", "data-start": kind, onclick: () => actions.start(kind)},
        make("b", {}, title),
        make("span", {}, words),
      );
    }),
  );
}

const views = ["workbook", "plans", "studies"];
function show(view, focus) {
  for (const name of views) {
    const tab = byId(`to-${name}`);
    byId(name).hidden = name !== view;
    tab.setAttribute("aria-selected", name === view);
    tab.tabIndex = name === view ? 0 : -1;
    if (focus && name === view) tab.focus();
  }
  draw();
}
for (const name of views) {
  byId(`to-${name}`).addEventListener("click", () => show(name));
  byId(`to-${name}`).addEventListener("keydown", event => {
    const step = {ArrowRight: 1, ArrowLeft: views.length - 1}[event.key];
    if (step) show(views[(views.indexOf(name) + step) % views.length], true);
  });
}
byId("chip").addEventListener("click", () =>
  show(activeRun(state.runs)?.kind === "study" ? "studies" : "plans", true),
);

// Files are chosen, or dropped anywhere on the page.
const input = byId("file");
input.addEventListener("change", () => {
  upload(input.files[0]);
  input.value = "";
});
const hasFiles = event =>
  Boolean(event.dataTransfer && [...event.dataTransfer.types].includes("Files"));
addEventListener("dragover", event => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  document.body.classList.add("over");
});
addEventListener("dragleave", event => {
  if (!event.relatedTarget) document.body.classList.remove("over");
});
addEventListener("drop", event => {
  document.body.classList.remove("over");
  if (!hasFiles(event)) return;
  event.preventDefault();
  upload(event.dataTransfer.files[0]);
});

// Light and dark theme, as on the page of a run.
const systemTheme = matchMedia("(prefers-color-scheme: dark)");
let chosenTheme = null;
function applyTheme() {
  const now = chosenTheme || (systemTheme.matches ? "dark" : "light");
  const other = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = now;
  byId("theme").textContent = other === "dark" ? "◐ Dark" : "◑ Light";
  byId("theme").setAttribute("aria-label", `Show the page in ${other} colours`);
  passTheme();
}
byId("theme").addEventListener("click", () => {
  chosenTheme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  applyTheme();
});
systemTheme.addEventListener("change", applyTheme);
applyTheme();

byId("close").addEventListener("click", async () => {
  const active = activeRun(state.runs);
  if (active && !confirm(`${active.label} is still running. Stop it and close?`)) return;
  if (!mayLeaveCorrections()) return;
  clearTimeout(timer);
  try {
    await post("close");
  } catch (error) {
    showError(error.message);
    return;
  }
  const kept = state.runs.length
    ? `Plans and studies are in the folder ${state.output}.`
    : "No plan was made.";
  document.body.replaceChildren(
    make(
      "main",
      {class: "ended"},
      make("h1", {tabindex: -1, id: "ended"}, "Closed"),
      make("p", {}, `${kept} You may close this tab.`),
    ),
  );
  byId("ended").focus();
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && byId("close")) poll();
});
poll();
