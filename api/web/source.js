// The source pane: a section as its file has it, with the cited characters lit up.
// Offsets count code points, as Python does; JavaScript strings count UTF-16 units, hence Array.from.

import { authorsOf } from "./answer.js";
import * as client from "./client.js";
import { editionBadge, el, lineRange } from "./dom.js";
import { addressOf } from "./place.js";

const BASIS = {
  printed: "byline printed with the section",
  signed: "signed at its end",
  inferred: "byline inferred from the text",
  unknown: "the text does not say who wrote this",
};
const SYNTAX = /(\*{1,3}|^#{1,6} |<\/?su[bp]>)/;

export async function sectionElements(place, citation) {
  const section = await client.section(place.id);
  return { kind: section.kind, heading: heading(section, place, citation), body: [words(section, place), neighbours(section)] };
}

function heading(section, place, citation) {
  const lines = lineRange(citation?.lines ?? section.lines);
  const where = citation?.page ? `page\u00a0${citation.page}, ${lines}` : lines;
  return [
    el("h2", { id: "source-title", tabindex: "-1" }, section.title),
    el("p", { class: "source-byline" },
      section.authors.length ? section.authors.map(authorLine) : el("span", { class: "authors unnamed" }, "writer not named"),
      el("span", { class: "basis" }, BASIS[section.byline])),
    el("p", { class: "where" }, el("cite", {}, section.volume), `, ${where} `, editionBadge(section.edition)),
    section.edition === "digest" ? el("p", { class: "about" }, aboutDigest(section)) : null,
    voiceLine(section, place),
  ].filter(Boolean);
}

function aboutDigest({ source_lines: lines }) {
  const standsFor = lines ? `, standing for ${lineRange(lines)} of the full text` : "";
  return `A digest: our own summary of the volume, not its words${standsFor}.`;
}

function authorLine(author) {
  return el("span", { class: "author" },
    el("span", { class: "authors" }, [author.honorific, author.name].filter(Boolean).join(" ")),
    author.role ? el("span", { class: "role" }, author.role) : null);
}

function voiceLine(section, place) {
  const sentence = citedSentence(section, place);
  if (!sentence || sentence.voice === "own" || section.edition === "digest") return null;
  const by = authorsOf(section.authors.map((author) => author.name));
  const said = sentence.voice === "reported" ? "after" : "words of";
  const whose = sentence.speaker ? `${said} ${sentence.speaker}, in a section by ${by}` : `in a section by ${by}`;
  return el("p", { class: "voice" }, `${sentence.voice}: ${whose}`);
}

function citedSentence(section, place) {
  return section.sentences.find(({ spans }) => spans.some((span) => span.start === place.start && span.end === place.end));
}

function litSpans(section, place) {
  if (place.start === null || place.end === null) return [];
  return citedSentence(section, place)?.spans ?? [place];
}

function words(section, place) {
  const characters = Array.from(section.text);
  const spans = litSpans(section, place).map(({ start, end }) => ({
    start: start - section.start, end: end - section.start, cited: start === place.start,
  }));
  const text = el("div", { class: "words", lang: "en" });
  let at = 0;
  for (const piece of section.text.split(/(\n\s*\n)/)) {
    const length = Array.from(piece).length;
    if (piece.trim()) text.append(paragraph(characters, at, at + length, spans));
    at += length;
  }
  text.append(el("p", { class: "credit" }, section.credit));
  return text;
}

function paragraph(characters, start, end, spans) {
  const parts = [];
  let at = start;
  for (const span of spans) {
    const from = Math.max(span.start, at);
    const to = Math.min(span.end, end);
    if (to <= from) continue;
    parts.push(withSyntaxDimmed(characters.slice(at, from)));
    parts.push(el("mark", { class: span.cited && "cited" }, withSyntaxDimmed(characters.slice(from, to))));
    at = to;
  }
  return el("p", {}, parts, withSyntaxDimmed(characters.slice(at, end)));
}

function withSyntaxDimmed(characters) {
  return characters.join("").split(SYNTAX).map((part, index) => (index % 2 ? el("span", { class: "syntax" }, part) : part));
}

function neighbours(section) {
  return el("nav", { "aria-label": "Neighbouring sections" },
    neighbour(section.previous, "Previous", "previous"), neighbour(section.next, "Next", "next"));
}

function neighbour(section, label, rel) {
  if (!section) return null;
  return el("a", { href: addressOf(section.id), rel: rel === "previous" ? "prev" : rel, class: rel },
    el("span", { class: "direction" }, label), el("span", {}, section.title),
    el("span", { class: "by" }, authorsOf(section.authors)));
}
