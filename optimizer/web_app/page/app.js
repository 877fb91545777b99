// The page: uploads workbooks, starts solves, and draws the state of the server.
import {announce, byId, get, make, post, showError} from "./parts.js";
import {activeRun, chooseRun, headline, passTheme, showPlans} from "./plans.js";
import {showWorkbook, verdict} from "./sheet.js";

const POLL_INTERVAL = 500; // milliseconds
let state = {workbook: null, runs: [], max_bytes: Infinity};
let openRequests = 0;
let timer = null;

const actions = {
  solve: () => request("solve", "The plan is being made.", () => show("plans")),
  reload: () => request("reload", "", announceVerdict),
  stop: () => request("stop", "The solve is being stopped."),
  chooseRun(number) {
    chooseRun(number);
    draw();
  },
};
const announceVerdict = () => {
  if (state.workbook) announce(`${state.workbook.name}: ${verdict(state.workbook)}`);
};

async function request(address, announcement, afterwards) {
  showError("");
  try {
    openRequests += 1;
    update(await post(address));
    if (announcement) announce(announcement);
    if (afterwards) afterwards();
  } catch (error) {
    showError(error.message);
  } finally {
    openRequests -= 1;
  }
}

async function upload(file) {
  if (!file) return;
  showError("");
  show("workbook");
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
    update(await post(`workbook?name=${encodeURIComponent(file.name)}`, file));
    announceVerdict();
    (byId("make").disabled ? document.querySelector("button.finding") : byId("make"))?.focus({
      preventScroll: true,
    });
  } catch (error) {
    showError(error.message);
  } finally {
    openRequests -= 1;
    document.body.classList.remove("busy");
  }
}

function update(next) {
  const before = activeRun(state.runs);
  state = next;
  const after = before && state.runs.find(run => run.number === before.number);
  if (after && after !== activeRun(state.runs)) {
    chooseRun(after.number);
    announce(headline(after) + (after.message ? `. ${after.message}` : ""));
  }
  draw();
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
  showWorkbook(state.workbook, actions, Boolean(active));
  showPlans(state.runs, actions);
  byId("to-plans").textContent = state.runs.length ? `Plans (${state.runs.length})` : "Plans";
  const chip = byId("chip");
  chip.hidden = !active || !byId("plans").hidden;
  chip.textContent = active ? `Plan ${active.number} is being made …` : "";
}

const views = ["workbook", "plans"];
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
    if (event.key === "ArrowRight" || event.key === "ArrowLeft")
      show(views[1 - views.indexOf(name)], true);
  });
}
byId("chip").addEventListener("click", () => show("plans", true));

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
  if (active && !confirm(`Plan ${active.number} is still being made. Stop it and close?`)) return;
  clearTimeout(timer);
  try {
    await post("close");
  } catch (error) {
    showError(error.message);
    return;
  }
  const kept = state.runs.length
    ? `The plans are kept in the folder ${state.output}.`
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
