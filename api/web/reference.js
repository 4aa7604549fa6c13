// How to refer to a sentence: its note, and buttons that copy the quotation, BibTeX and a link that lasts.

import * as client from "./client.js";
import { copyButton } from "./clipboard.js";
import { el } from "./dom.js";
import { addressOf, wholeAddress } from "./place.js";

export function referenceParts(sentence) {
  if (!sentence) return null;
  const note = el("p", { class: "reference" }, "Fetching the reference…");
  const parts = el("div", { class: "refer", role: "group", "aria-label": "Refer to this sentence" }, note);
  fill(parts, note, sentence);
  return parts;
}

async function fill(parts, note, { text, address }) {
  try {
    const { references } = await client.citation(address);
    if (!references) return note.remove();
    note.textContent = references.chicago;
    parts.append(
      copyButton("Copy quotation", () => `${quoted(text)}\n\n${references.chicago}`),
      copyButton("Copy BibTeX", () => references.bibtex),
      copyButton("Copy link", () => wholeAddress(addressOf("citations", address))));
  } catch (error) {
    note.textContent = `The reference cannot be shown: ${error.message}`;
  }
}

function quoted(words) {
  return /^[“"].*[”"]$/s.test(words) ? words : `“${words}”`;
}
