// The words of a section as its file has them, with runs of characters lit up.
// Offsets count code points, as Python does; JavaScript strings count UTF-16 units, hence Array.from.

import { el } from "./dom.js";

const SYNTAX = /(\*{1,3}|^#{1,6} |<\/?su[bp]>)/;

// `spans` are { start, end, isCited } in order, in characters of the file.
export function litWords(section, spans) {
  const characters = Array.from(section.text);
  const within = spans.map((span) => ({ ...span, start: span.start - section.start, end: span.end - section.start }));
  const text = el("div", { class: "words", lang: "en" });
  let at = 0;
  for (const piece of section.text.split(/(\n\s*\n)/)) {
    const length = Array.from(piece).length;
    if (piece.trim()) text.append(paragraph(characters, at, at + length, within));
    at += length;
  }
  text.append(el("p", { class: "credit" }, section.credit));
  return text;
}

function paragraph(characters, start, end, spans) {
  const parts = [];
  let at = start;
  for (const { start: first, end: last, isCited } of spans) {
    const from = Math.max(first, at);
    const to = Math.min(last, end);
    if (to <= from) continue;
    parts.push(withSyntaxDimmed(characters.slice(at, from)));
    parts.push(el("mark", { class: isCited && "cited" }, withSyntaxDimmed(characters.slice(from, to))));
    at = to;
  }
  return el("p", {}, parts, withSyntaxDimmed(characters.slice(at, end)));
}

function withSyntaxDimmed(characters) {
  return characters.join("").split(SYNTAX).map((part, index) => (index % 2 ? el("span", { class: "syntax" }, part) : part));
}
