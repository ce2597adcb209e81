// A box that chooses all boxes of a name: <input type="checkbox" data-chooses="datum">.
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.chooses;
  if (!name) return;
  for (const box of document.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(name)}"]`)) {
    box.checked = event.target.checked;
  }
});
