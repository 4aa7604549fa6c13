// A section for the source pane: its byline, where it stands, the cited words lit up, how to refer to them, neighbours.

import * as client from "./client.js";
import { authorsOf, editionBadge, el, lineRange } from "./dom.js";
import { addressOf } from "./place.js";
import { referenceParts } from "./reference.js";
import { litWords } from "./words.js";

const BASIS = {
  printed: "byline printed with the section",
  signed: "signed at its end",
  inferred: "byline inferred from the text",
  unknown: "the text does not say who wrote this",
};

// `cited` is what an answer says of the place: { citation, citations }, or undefined.
export async function sectionParts(place, cited) {
  if (place.kind === "citations") return citedParts(await client.citation(place.id));
  return partsOf(await client.section(place.id), place, cited);
}

async function citedParts({ status, message, citations, standing }) {
  const [citation] = [...citations, ...standing];
  const notice = status === "held" ? null : el("p", { class: "notice", role: "status" }, message);
  if (!citation) {
    return { kind: "", heading: [el("h2", { id: "source-title", tabindex: "-1" }, "These words are gone")], body: [notice] };
  }
  const section = await client.section(citation.section_id);
  return partsOf(section, citation, { citation, citations: [citation] }, notice);
}

function partsOf(section, place, cited, notice = null) {
  const whole = sentenceAt(section, place, (span) => span.start === place.start && span.end === place.end);
  const sentence = whole ?? sentenceAt(section, place, (span) => span.start <= place.start && span.end >= place.end);
  const spans = litSpans(section, place, whole, cited);
  return {
    kind: section.kind,
    heading: [...headingOf(section, cited?.citation), notice, voiceLine(section, sentence), referenceParts(sentence)].filter(Boolean),
    body: [litWords(section, spans), neighbours(section)],
  };
}

function sentenceAt({ sentences }, { start, end }, holds) {
  if (!Number.isInteger(start) || !Number.isInteger(end)) return undefined;
  return sentences.find(({ spans }) => spans.some(holds));
}

function litSpans(section, place, sentence, cited) {
  if (place.start === null || place.start === undefined || place.end === null) return [];
  const here = (sentence?.spans ?? [place]).map(({ start, end }) => ({ start, end, isCited: true }));
  const others = (cited?.citations ?? []).filter((other) => other.section_id === section.id);
  const besides = others.filter(({ start }) => !here.some((span) => span.start === start));
  return [...here, ...besides.map(({ start, end }) => ({ start, end, isCited: false }))].sort((one, other) => one.start - other.start);
}

function headingOf(section, citation) {
  const lines = lineRange(citation?.lines ?? section.lines);
  const where = citation?.page ? `page\u00a0${citation.page}, ${lines}` : lines;
  return [
    el("h2", { id: "source-title", tabindex: "-1" }, section.title),
    el("p", { class: "source-byline" },
      section.authors.length ? section.authors.map(authorLine) : el("span", { class: "authors unnamed" }, "writer not named"),
      el("span", { class: "basis" }, BASIS[section.byline])),
    el("p", { class: "where" },
      el("a", { href: addressOf("volumes", section.volume_id) }, el("cite", {}, section.volume)), `, ${where} `, editionBadge(section.edition)),
    section.edition === "digest" ? el("p", { class: "about" }, aboutDigest(section)) : null,
  ];
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

function voiceLine(section, sentence) {
  if (!sentence || sentence.voice === "own" || section.edition === "digest") return null;
  const by = authorsOf(section.authors.map((author) => author.name));
  const said = sentence.voice === "reported" ? "after" : "words of";
  const whose = sentence.speaker ? `${said} ${sentence.speaker}, in a section by ${by}` : `in a section by ${by}`;
  return el("p", { class: "voice" }, `${sentence.voice}: ${whose}`);
}

function neighbours(section) {
  return el("nav", { "aria-label": "Neighbouring sections" },
    neighbour(section.previous, "Previous", "prev"), neighbour(section.next, "Next", "next"));
}

function neighbour(section, label, rel) {
  if (!section) return null;
  return el("a", { href: addressOf("sections", section.id), rel, class: rel },
    el("span", { class: "direction" }, label), el("span", {}, section.title),
    el("span", { class: "by" }, authorsOf(section.authors)));
}
