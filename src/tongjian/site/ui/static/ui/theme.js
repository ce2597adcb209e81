// Before anything is drawn: the theme that was chosen, if one was.
(function () {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
