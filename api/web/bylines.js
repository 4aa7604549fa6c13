// The bylines under an answer: who wrote each piece that it cites, and the places in it.

import { authorsOf, editionBadge, el, pageOrLines } from "./dom.js";
import { hashOf } from "./place.js";

const CARRIED = { quoted: "quoted", epigraph: "quoted as an epigraph", reported: "reported" };

export function bylineList(citations) {
  const sections = new Map();
  for (const citation of citations) {
    sections.set(citation.section_id, [...(sections.get(citation.section_id) ?? []), citation]);
  }
  return el("ul", { class: "bylines", "aria-label": "Bylines", "data-arrows": true }, [...sections.values()].map(sectionItem));
}

function sectionItem(citations) {
  const [{ authors, byline, section, volume, edition }] = citations;
  return el("li", {},
    el("p", {},
      el("span", { class: authors.length ? "authors" : "authors unnamed" }, authorsOf(authors)),
      byline === "inferred" ? el("span", { class: "basis" }, " (byline inferred from the text)") : null),
    el("p", { class: "where" }, el("cite", {}, section), `, ${volume} `, editionBadge(edition)),
    el("ol", { class: "places" }, citations.map(placeItem)));
}

function placeItem(citation) {
  return el("li", {},
    el("a", { href: hashOf(citation.url) },
      el("span", { class: "number" }, String(citation.id)), ` ${pageOrLines(citation)}`, voiceOf(citation)));
}

function voiceOf({ voice, speaker, authors, edition }) {
  if (voice === "own" || edition === "digest") return null;
  const carried = CARRIED[voice] ? `${CARRIED[voice]} by ${authorsOf(authors)}` : voice;
  const whose = voice === "reported" ? "after" : "words of";
  return el("span", { class: "voice" }, speaker ? `, ${whose} ${speaker}, ${carried}` : `, ${carried}`);
}
