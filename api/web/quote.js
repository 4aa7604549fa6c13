// “Who said this?”: a quotation is looked up, and every place where it stands, or nearly stands, is shown.

import * as client from "./client.js";
import { difference } from "./diff.js";
import { authorsOf, button, counted, el, pageOrLines } from "./dom.js";
import { failure } from "./failure.js";
import { Filters, isChosen, namesOf } from "./filters.js";
import { rememberCitations } from "./pane.js";
import { conversationAddress, hashOf, questionsIn, quoteAddress } from "./place.js";

const FIRST_PLACES = 20;
const MOST_PLACES = 100;
const EVERYWHERE = { people: [], volumes: [] };

const form = document.getElementById("quote-form");
const box = document.getElementById("quotation");
const result = document.getElementById("quote-result");
const limits = new Filters(document.getElementById("quote-filters"), form.querySelector("[type=submit]"));
let shown = "";

export function startQuote() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = box.value.trim();
    if (!words) return;
    limits.close();
    const address = quoteAddress(words, limits.value);
    if (address === location.hash) lookUp(words, limits.value);
    else location.hash = address;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

export function showQuote(place) {
  const [asked] = questionsIn(place);
  if (!asked) return;
  box.value = asked.question;
  if (quoteAddress(asked.question, asked.filters) !== shown) lookUp(asked.question, asked.filters);
}

async function lookUp(words, filters, most = FIRST_PLACES) {
  const address = quoteAddress(words, filters);
  shown = address;
  result.replaceChildren(el("p", { class: "waiting" }, "Looking it up"));
  try {
    await limits.choose(filters);
    const answer = await client.quote(words, filters, most);
    if (address !== shown) return;
    answer.places.forEach(rememberCitations);
    result.replaceChildren(...parts(answer, words, filters));
  } catch (error) {
    if (address !== shown) return;
    result.replaceChildren(failure(error, () => lookUp(words, filters, most)));
    shown = "";
  }
}

function parts({ verdict, count, places, notes }, words, filters) {
  return [
    el("h3", { class: `verdict ${verdict}` }, verdictInWords(verdict, count, places, filters)),
    isChosen(filters) ? el("p", { class: "note" }, `Only from: ${namesOf(filters).join("; ")}`) : null,
    places.length ? el("ul", { class: "found", "aria-label": "Places", "data-arrows": true }, together(places).map(placeItem)) : null,
    places.length < count ? further(count, places, words, filters) : null,
    ...notes.map((note) => el("p", { class: "note" }, note)),
    places.length ? null : elsewhere(words, filters),
  ].filter(Boolean);
}

function verdictInWords(verdict, count, [place], filters) {
  if (verdict === "not_here") return isChosen(filters) ? "Not in what you chose" : "Not in this collection";
  const where = count > 1 ? `, in ${count} places` : "";
  if (verdict === "exact") return `Word for word${where}`;
  return place.differences ? `Nearly: ${counted(place.differences, "word")} differ${place.differences === 1 ? "s" : ""}${where}` : `Abridged${where}`;
}

function further(count, places, words, filters) {
  const next = Math.min(count, MOST_PLACES);
  return el("p", { class: "further" }, `The first ${places.length} of ${count} places. `,
    places.length < next ? button(`Show ${next}`, () => lookUp(words, filters, next)) : "Choose people or volumes to see the others.");
}

function elsewhere(words, filters) {
  const here = isChosen(filters) ? el("a", { href: quoteAddress(words, EVERYWHERE) }, "Look everywhere") : null;
  return el("p", { class: "elsewhere" }, here, el("a", { href: conversationAddress([{ question: words, filters }]) }, "Ask about it instead"));
}

// Places of the same words in the same piece as one.
function together(places) {
  const pieces = new Map();
  for (const place of places) {
    const same = JSON.stringify([place.frame, place.text, place.changes]);
    pieces.set(same, { ...place, citations: [...(pieces.get(same)?.citations ?? []), ...place.citations] });
  }
  return [...pieces.values()];
}

function placeItem({ frame, text, citations, changes }) {
  return el("li", {},
    el("p", { class: "frame" }, frame),
    el("blockquote", {}, changes.length ? difference(changes) : text),
    changes.length ? el("p", { class: "legend" }, el("del", {}, "as you wrote it"), " ", el("ins", {}, "as it stands")) : null,
    el("ol", { class: "places" }, citations.map((citation) => el("li", {},
      el("a", { href: hashOf(citation.url), "aria-label": `${authorsOf(citation.authors)}, ${citation.section}, ${pageOrLines(citation)}` },
        pageOrLines(citation))))));
}
