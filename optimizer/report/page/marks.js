// Colours of data, and their legends. All kinds of colour vision can distinguish the colours of
// the palette (Okabe and Ito, Tol), on light and on dark.
const PALETTE = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
  "#8f7ad6",
  "#b5a800",
  "#7f5539",
];
const OTHER_COLOUR = "#8a94a0";
const heat = share =>
  `color-mix(in oklab, var(--heat1) ${Math.round(100 * Math.max(0, Math.min(1, share)))}%, ` +
  "var(--heat0))";
const legend = entries =>
  make(
    "ul",
    {class: "key"},
    entries.map(([text, colour]) =>
      make("li", {}, make("i", {style: `background:${colour}`}), text),
    ),
  );
