// Keys: / goes to the box of the view, Esc closes what is open or stops, arrows walk through any list of results.

export function startKeys(escape) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") escape();
    else if (event.key === "/" && !isTyping(event.target)) toBox(event);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(event);
  });
}

function isTyping(target) {
  return target.closest("textarea, input:not([type=checkbox]), [contenteditable]");
}

function toBox(event) {
  const box = [document.getElementById("quotation"), document.getElementById("question")].find((one) => one.checkVisibility());
  if (!box) return;
  event.preventDefault();
  box.focus();
}

function walk(event) {
  const list = event.target.closest("[data-arrows]");
  if (!list) return;
  const stops = [...list.querySelectorAll("a, button, input")].filter((stop) => stop.checkVisibility());
  const next = stops[stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
  event.preventDefault();
  next?.focus();
}
