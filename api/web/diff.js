// A quotation against its source, word by word: what was written is struck, what stands there is underlined.

import { el } from "./dom.js";

export function difference(changes) {
  return changes.flatMap(({ change, quote, source }) => {
    if (change === "same") return [quote];
    if (change === "left out") return [el("span", { class: "left-out" }, quote)];
    return [written(quote), standing(source), endsWithSpace(quote) || !quote ? " " : ""];
  });
}

function written(words) {
  return words.trim() ? el("del", {}, el("span", { class: "unseen" }, "you wrote: "), words.trim()) : "";
}

function standing(words) {
  return words.trim() ? [" ", el("ins", {}, el("span", { class: "unseen" }, " it says: "), words.trim())] : "";
}

function endsWithSpace(words) {
  return /\s$/.test(words);
}
