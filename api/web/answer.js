// An answer as it grows: sentences with numbered marks, then the bylines and notes, or a kind abstention.

import { bylineList } from "./bylines.js";
import { authorsOf, el } from "./dom.js";
import { hashOf } from "./place.js";

const REASONS = {
  not_in_collection: "Not in this collection",
  not_by_this_person: "Not by this person",
  ambiguous_person: "More than one person fits that name",
  not_verified: "No sentence passed the check against the texts",
};

export class GrowingAnswer {
  constructor() {
    this.words = el("div", { class: "said" });
    this.element = el("article", { class: "answer", "aria-label": "Answer" }, this.words);
    this.sentences = [];
    this.citations = new Map();
    this.isBegun = false;
  }

  // A sentence whose place came before replaces that sentence and all after it.
  say({ index, frame, text, citations, sources }) {
    this.isBegun = true;
    for (const source of sources) this.citations.set(source.id, source);
    const sentence = { frame, text, citations };
    if (index < this.sentences.length) this.redraw([...this.sentences.slice(0, index), sentence]);
    else this.append(sentence);
  }

  finish(answer) {
    this.isBegun = true;
    this.citations = new Map(answer.citations.map((citation) => [citation.id, citation]));
    if (!isSame(this.sentences, answer.sentences)) this.redraw(answer.sentences);
    if (!answer.sentences.length) this.words.append(el("p", {}, answer.answer));
    if (answer.status === "abstained") {
      this.element.classList.add("abstained");
      this.element.prepend(el("h3", { class: "reason" }, REASONS[answer.reason] ?? "No answer"));
    }
    if (answer.citations.length) this.element.append(bylineList(answer.citations));
    const notes = answer.notes.filter((note) => !answer.answer.includes(note));
    this.element.append(...notes.map((note) => el("p", { class: "note" }, note)));
  }

  append(sentence) {
    if (sentence.frame || !this.sentences.length) this.words.append(el("p"));
    this.sentences.push(sentence);
    this.words.lastElementChild.append(...this.parts(sentence));
  }

  redraw(sentences) {
    this.words.replaceChildren();
    this.sentences = [];
    for (const sentence of sentences) this.append(sentence);
  }

  parts({ frame, text, citations }) {
    const marks = citations.map((id) => this.citations.get(id)).filter(Boolean).map(mark);
    return [frame ? el("span", { class: "frame" }, frame) : "", text, el("span", { class: "marks" }, marks), " "];
  }
}

function mark(citation) {
  const label = `Citation ${citation.id}: ${authorsOf(citation.authors)}, ${citation.section}`;
  return el("a", { class: "mark", href: hashOf(citation.url), "aria-label": label, title: label }, String(citation.id));
}

function isSame(some, others) {
  const plain = ({ frame, text, citations }) => JSON.stringify([frame, text, citations]);
  return some.length === others.length && some.every((one, place) => plain(one) === plain(others[place]));
}
