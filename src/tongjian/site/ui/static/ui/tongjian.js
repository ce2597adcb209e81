// What all pages do: menu on narrow screens, light and dark, leaving a form that was not saved.
document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggles]");
  if (toggle) {
    const part = document.getElementById(toggle.dataset.toggles);
    const open = part.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
    return;
  }
  if (event.target.closest("[data-theme-switch]")) {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const now = document.documentElement.dataset.theme || dark;
    const next = now === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem("theme", next);
    document.dispatchEvent(new CustomEvent("themechange"));
  }
});
document.addEventListener("change", (event) => {
  // A choice that is its own form: <select data-submits>.
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  // What cannot be taken back asks first: <form data-confirm="…">.
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
// Wide tables that do not fit can be scrolled by keys: they take the focus, and have a name.
function reachable() {
  for (const part of document.querySelectorAll(".wide")) {
    const scrolls = part.scrollWidth > part.clientWidth;
    if (!scrolls) {
      part.removeAttribute("tabindex");
      part.removeAttribute("role");
      continue;
    }
    part.tabIndex = 0;
    part.setAttribute("role", "group");
    const name = part.querySelector("caption") || document.querySelector("h1");
    if (name && !part.hasAttribute("aria-label")) part.setAttribute("aria-label", name.textContent.trim());
  }
}
document.addEventListener("DOMContentLoaded", reachable);
document.addEventListener("htmx:afterSettle", reachable);
window.addEventListener("resize", reachable);
// What is refused is told at the top: it is brought into view.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "messages" && event.target.firstElementChild) event.target.scrollIntoView({ block: "start" });
});
