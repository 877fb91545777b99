// The seat: takes workbooks, asks for plans, and shows what the server knows.
import {byId, complain, get, make, post, say} from "./parts.js";
import {choose, going, headline, recolour, showPlans} from "./plans.js";
import {showBook, verdict} from "./sheet.js";

const EACH = 500;
let state = {book: null, runs: [], most: Infinity, endings: []};
let waiting = 0;
let timer = null;

const acts = {
  solve: () => ask("solve", "The plan is being made.", () => show("plans")),
  again: () => ask("again", "", told),
  stop: () => ask("stop", "The solve is being stopped."),
  choose(number) {
    choose(number);
    draw();
  },
};
const told = () => {
  if (state.book) say(`${state.book.name}: ${verdict(state.book)}`);
};

async function ask(what, words, then) {
  complain("");
  try {
    waiting += 1;
    take(await post(what));
    if (words) say(words);
    if (then) then();
  } catch (error) {
    complain(error.message);
  } finally {
    waiting -= 1;
  }
}

async function upload(file) {
  if (!file) return;
  complain("");
  show("workbook");
  if (file.size > state.most) {
    complain(
      `${file.name}: has ${Math.round(file.size / 1e6)} MB, and the page takes ` +
        `${Math.round(state.most / 1e6)} MB at most; solve it with the command: optimizer solve`,
    );
    return;
  }
  say(`${file.name} is being checked.`);
  document.body.classList.add("busy");
  try {
    waiting += 1;
    take(await post(`book?name=${encodeURIComponent(file.name)}`, file));
    told();
    (byId("make").disabled ? document.querySelector("button.finding") : byId("make"))?.focus({
      preventScroll: true,
    });
  } catch (error) {
    complain(error.message);
  } finally {
    waiting -= 1;
    document.body.classList.remove("busy");
  }
}

function take(next) {
  const before = going(state.runs);
  state = next;
  const after = before && state.runs.find(run => run.number === before.number);
  if (after && after !== going(state.runs)) {
    choose(after.number);
    say(headline(after) + (after.message ? `. ${after.message}` : ""));
  }
  draw();
  clearTimeout(timer);
  if (going(state.runs) || state.reading) timer = setTimeout(look, EACH);
}

async function look() {
  if (waiting) {
    timer = setTimeout(look, EACH);
    return;
  }
  try {
    take(await get("state"));
  } catch (error) {
    complain(error.message);
  }
}

function draw() {
  const active = going(state.runs);
  document.title =
    (active ? "… " : "") + (state.book ? `${state.book.name}: sourcing plans` : "Sourcing plans");
  document.body.classList.toggle("reading", Boolean(state.reading));
  showBook(state.book, acts, Boolean(active));
  showPlans(state.runs, acts);
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

// Files: chosen, or dropped anywhere on the page.
const input = byId("file");
input.addEventListener("change", () => {
  upload(input.files[0]);
  input.value = "";
});
const files = event =>
  Boolean(event.dataTransfer && [...event.dataTransfer.types].includes("Files"));
addEventListener("dragover", event => {
  if (!files(event)) return;
  event.preventDefault();
  document.body.classList.add("over");
});
addEventListener("dragleave", event => {
  if (!event.relatedTarget) document.body.classList.remove("over");
});
addEventListener("drop", event => {
  document.body.classList.remove("over");
  if (!files(event)) return;
  event.preventDefault();
  upload(event.dataTransfer.files[0]);
});

// Light and dark, as on the page of a run.
const system = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;
function colour() {
  const now = chosen || (system.matches ? "dark" : "light");
  const other = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = now;
  byId("theme").textContent = other === "dark" ? "◐ Dark" : "◑ Light";
  byId("theme").setAttribute("aria-label", `Show the page in ${other} colours`);
  recolour();
}
byId("theme").addEventListener("click", () => {
  chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  colour();
});
system.addEventListener("change", colour);
colour();

byId("close").addEventListener("click", async () => {
  const active = going(state.runs);
  if (active && !confirm(`Plan ${active.number} is still being made. Stop it and close?`)) return;
  clearTimeout(timer);
  try {
    await post("close");
  } catch (error) {
    complain(error.message);
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
  if (!document.hidden && byId("close")) look();
});
look();
