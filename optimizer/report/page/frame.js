// Shared by all pages: light and dark theme, a top with figures, parts with links to them.
function theme() {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const themeInAddress = () => ({"#dark": "dark", "#light": "light"})[location.hash] || null;
  let chosen = themeInAddress() || themeAround();
  const button = make("button", {
    type: "button",
    id: "theme",
    onclick: () => {
      chosen = root.dataset.theme === "dark" ? "light" : "dark";
      apply();
    },
  });
  function apply() {
    root.dataset.theme = chosen || (system.matches ? "dark" : "light");
    const other = root.dataset.theme === "dark" ? "light" : "dark";
    button.textContent = other === "dark" ? "◐ Dark" : "◑ Light";
    button.setAttribute("aria-label", `Show the page in ${other} colours`);
  }
  system.addEventListener("change", apply);
  addEventListener("hashchange", () => {
    chosen = themeInAddress() || chosen;
    apply();
  });
  apply();
  return button;
}

// In a frame the theme is that of what lies around it, which a notebook chooses for itself.
function themeAround() {
  for (let element = window.frameElement; element; element = element.parentElement) {
    const colour =
      getComputedStyle(element)
        .backgroundColor.match(/[\d.]+/g)
        ?.map(Number) || [];
    const [red, green, blue, opacity = 1] = colour;
    if (colour.length >= 3 && opacity > 0.5)
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128 ? "dark" : "light";
  }
  return null;
}

function topOf(title, kind, verdict, about) {
  return make(
    "div",
    {class: "top"},
    make(
      "div",
      {},
      make("h1", {}, title),
      make("p", {class: `badge ${kind}`}, verdict),
      make("p", {class: "note"}, about),
    ),
    theme(),
  );
}
const tileList = tiles =>
  make(
    "dl",
    {class: "tiles"},
    tiles.map(([label, figure, note, colour]) =>
      make(
        "div",
        {class: "tile"},
        make("dt", {}, label),
        make("dd", {class: colour || null}, figure),
        make("dd", {}, note),
      ),
    ),
  );
// Parts are pairs of link text and section; pairs without a section are left out.
function assemble(head, parts) {
  const there = parts.filter(part => part[1]);
  const place = document.getElementById("head");
  place.append(...head.filter(Boolean));
  if (there.length)
    place.after(
      make(
        "nav",
        {"aria-label": "Parts of the page"},
        make(
          "ul",
          {},
          there.map(([name, part]) => make("li", {}, make("a", {href: `#${part.id}`}, name))),
        ),
      ),
    );
  document.getElementById("main").append(...there.map(part => part[1]));
}
