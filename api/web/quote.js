// “Who said this?”: a quotation is looked up, and every place where it stands, or nearly stands, is shown.

import * as client from "./client.js";
import { difference } from "./diff.js";
import { authorsOf, counted, el, pageOrLines } from "./dom.js";
import { failure } from "./failure.js";
import { addressOf, hashOf } from "./place.js";

const form = document.getElementById("quote-form");
const box = document.getElementById("quotation");
const result = document.getElementById("quote-result");
let shown = "";

export function startQuote() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = box.value.trim();
    if (!words) return;
    const address = addressOf("quote", "", new URLSearchParams({ q: words }));
    if (address === location.hash) lookUp(words);
    else location.hash = address;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

export function showQuote(words) {
  if (!words) return;
  box.value = words;
  if (words !== shown) lookUp(words);
}

async function lookUp(words) {
  shown = words;
  result.replaceChildren(el("p", { class: "waiting" }, "Looking it up"));
  try {
    const answer = await client.quote(words);
    if (words === shown) result.replaceChildren(...parts(answer));
  } catch (error) {
    if (words !== shown) return;
    result.replaceChildren(failure(error, () => lookUp(words)));
    shown = "";
  }
}

function parts({ verdict, count, places, notes }) {
  return [
    el("h3", { class: `verdict ${verdict}` }, verdictInWords(verdict, count, places)),
    el("ul", { class: "found", "aria-label": "Places", "data-arrows": true }, places.map(placeItem)),
    ...notes.map((note) => el("p", { class: "note" }, note)),
  ].filter((part) => part.tagName !== "UL" || part.children.length);
}

function verdictInWords(verdict, count, [place]) {
  if (verdict === "not_here") return "Not in this collection";
  const where = count > 1 ? `, in ${count} places` : "";
  if (verdict === "exact") return `Word for word${where}`;
  return place.differences ? `Nearly: ${counted(place.differences, "word")} differ${place.differences === 1 ? "s" : ""}${where}` : `Abridged${where}`;
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
