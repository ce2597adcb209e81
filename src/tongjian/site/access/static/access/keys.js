// What a security key or the browser refuses is told on the page.
document.addEventListener("allauth.error", (event) => {
  const told = document.getElementById("key_failed");
  if (told) {
    told.hidden = false;
    event.preventDefault();
  }
});
