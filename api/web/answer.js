// From an answer to its elements: sentences with numbered marks, the byline list, notes, or a kind abstention.

import { editionBadge, el, joined, lineRange } from "./dom.js";
import { hashOf } from "./place.js";

const REASONS = {
  not_in_collection: "Nothing in this collection answers that",
  not_by_this_person: "Not by this person",
  ambiguous_person: "More than one person fits that name",
  not_verified: "No sentence passed the check against the texts",
};

const CARRIED = { quoted: "quoted", epigraph: "quoted as an epigraph", reported: "reported" };

export function answerElement(answer, seconds) {
  const citations = new Map(answer.citations.map((citation) => [citation.id, citation]));
  const abstained = answer.status === "abstained";
  return el("article", { class: abstained ? "answer abstained" : "answer", "aria-label": "Answer" },
    abstained ? el("h3", { class: "reason" }, REASONS[answer.reason] ?? "No answer") : null,
    paragraphs(answer, citations),
    answer.citations.length ? bylineList(answer.citations) : null,
    answer.notes.filter((note) => !answer.answer.includes(note)).map((note) => el("p", { class: "note" }, note)),
    el("p", { class: "elapsed" }, `${seconds.toFixed(2)} s`));
}

export function authorsOf(authors) {
  return authors.length ? joined(authors) : "writer not named";
}

function paragraphs(answer, citations) {
  if (!answer.sentences.length) return [el("p", {}, answer.answer)];
  const groups = [];
  for (const sentence of answer.sentences) {
    if (sentence.frame || !groups.length) groups.push([]);
    groups.at(-1).push(sentence);
  }
  return groups.map((sentences) => el("p", {}, sentences.flatMap((sentence) => sentenceParts(sentence, citations))));
}

function sentenceParts(sentence, citations) {
  const marks = sentence.citations.map((id) => citations.get(id)).filter(Boolean).map(mark);
  const frame = sentence.frame ? el("span", { class: "frame" }, sentence.frame) : null;
  return [frame, sentence.text, el("span", { class: "marks" }, marks), " "];
}

function mark(citation) {
  const label = `Citation ${citation.id}: ${authorsOf(citation.authors)}, ${citation.section}`;
  return el("a", { class: "mark", href: hashOf(citation.url), "aria-label": label, title: label }, String(citation.id));
}

function bylineList(citations) {
  const sections = new Map();
  for (const citation of citations) {
    sections.set(citation.section_id, [...(sections.get(citation.section_id) ?? []), citation]);
  }
  return el("ul", { class: "bylines", "aria-label": "Bylines" }, [...sections.values()].map(sectionItem));
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
  const where = citation.page ? `page\u00a0${citation.page}` : lineRange(citation.lines);
  return el("li", {},
    el("a", { href: hashOf(citation.url) },
      el("span", { class: "number" }, String(citation.id)), ` ${where}`, voiceOf(citation)));
}

function voiceOf({ voice, speaker, authors, edition }) {
  if (voice === "own" || edition === "digest") return null;
  const carried = CARRIED[voice] ? `${CARRIED[voice]} by ${authorsOf(authors)}` : voice;
  const whose = voice === "reported" ? "after" : "words of";
  return el("span", { class: "voice" }, speaker ? `, ${whose} ${speaker}, ${carried}` : `, ${carried}`);
}
