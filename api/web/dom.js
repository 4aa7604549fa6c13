// Building elements from untrusted words: whatever is given as a child becomes text, never markup.

export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function button(label, onclick, properties = {}) {
  return el("button", { type: "button", class: "quiet", onclick, ...properties }, label);
}

export function joined(names) {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(names);
}

export function authorsOf(authors) {
  return authors.length ? joined(authors) : "writer not named";
}

export function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en-GB")}\u00a0${number === 1 ? one : many}`;
}

export function lineRange([first, last]) {
  return first === last ? `line\u00a0${first}` : `lines\u00a0${first}–${last}`;
}

export function pageOrLines(citation) {
  return citation.page ? `page\u00a0${citation.page}` : lineRange(citation.lines);
}

export function editionBadge(edition) {
  const meaning = {
    "digest": "Our own summary of the volume: its words are ours, not the writer's",
    "full text": "The words of the volume itself",
  };
  return el("span", { class: `edition ${edition.replace(" ", "-")}`, title: meaning[edition] }, edition);
}

export function announce(words) {
  document.getElementById("announcer").textContent = words;
}
