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
