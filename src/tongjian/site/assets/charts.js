// Draws the charts of a page: every <figure data-chart> with its specification beside it.
//
// No expression is compiled (a strict content security policy forbids that): `ast` leaves them to
// Vega's interpreter. Colours are tokens, put in here for the theme of the reader.
// `PALETTES`, `vegaEmbed` and `lodashDebounce` come from the bundle that this is put into.

const TOKEN = "token:";
// Narrower pages take the specification that was made for them.
const NARROW_BELOW = 540;
const drawn = new Map();
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function themeNow() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return dark.matches ? "dark" : "light";
}

// A copy of a specification with the colours of a palette for its tokens; data stay as they are.
function painted(value, palette) {
  if (Array.isArray(value)) return value.map((one) => painted(one, palette));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, key === "values" ? one : painted(one, palette)])
    );
  }
  if (typeof value === "string" && value.startsWith(TOKEN)) return palette[value.slice(TOKEN.length)];
  return value;
}

async function draw(figure) {
  const block = figure.querySelector("script[type='application/json']");
  const view = figure.querySelector(".chart-view");
  if (!block || !view) return;
  const theme = themeNow();
  const width = Math.floor(view.clientWidth);
  if (width === 0) return; // not shown yet; the observer of sizes comes back
  const before = drawn.get(figure);
  if (before && before.theme === theme && before.width === width) return;
  drawn.set(figure, { theme, width, result: before?.result });
  const { grammar, flexible, spec: wide, narrow } = JSON.parse(block.textContent);
  const spec = width < NARROW_BELOW ? narrow : wide;
  const wanted = painted(spec, PALETTES[theme]);
  if (flexible) {
    const { margin = 0, least = 0 } = spec.usermeta ?? {};
    wanted.width = Math.max(Math.max(width, least) - margin, 80);
  }
  const inner = document.createElement("div");
  inner.setAttribute("aria-hidden", "true"); // the view around it is the image, with a text for it
  try {
    // Detached, nothing of an unfinished drawing is seen; texts are measured on a canvas.
    const result = await vegaEmbed(inner, wanted, {
      mode: grammar,
      ast: true,
      renderer: "svg",
      actions: false,
      defaultStyle: false,
      tooltip: { theme, disableDefaultStyle: true },
    });
    before?.result?.finalize();
    view.replaceChildren(inner);
    drawn.set(figure, { theme, width, result });
    figure.dataset.state = "drawn";
  } catch (error) {
    figure.dataset.state = "failed"; // the table stays and is opened
    figure.querySelector("details.chart-data")?.setAttribute("open", "");
    console.error(error);
  }
}

const sizes = new ResizeObserver(
  lodashDebounce((entries) => entries.forEach((one) => draw(one.target.closest("figure"))), 120)
);

function find(root) {
  for (const [figure, { result }] of drawn) {
    if (figure.isConnected) continue;
    result?.finalize();
    drawn.delete(figure);
  }
  for (const figure of root.querySelectorAll("figure[data-chart]")) {
    if (drawn.has(figure)) continue;
    const view = figure.querySelector(".chart-view");
    if (view) sizes.observe(view);
    draw(figure);
  }
}

function redraw() {
  for (const figure of drawn.keys()) draw(figure);
}

dark.addEventListener("change", redraw);
new MutationObserver(redraw).observe(document.documentElement, {
  attributes: true,
  attributeFilter: ["data-theme"],
});
document.addEventListener("htmx:load", () => find(document));
// Widths of Chinese texts are known once the font is there.
const ready = () => document.fonts.ready.then(() => find(document));
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
else ready();
