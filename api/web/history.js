// What this browser keeps: earlier conversations to open again, and the means to forget them.

import { announce, button, counted, el } from "./dom.js";
import * as kept from "./kept.js";
import { forgetKey, hasKey } from "./key.js";
import { addressOf } from "./place.js";

const view = document.getElementById("history-view");

export function showHistory() {
  const conversations = kept.all();
  view.replaceChildren(
    el("h2", { id: "history-title", tabindex: "-1" }, "History"),
    el("p", { class: "lead" }, "Kept in this browser only. Opening one shows the answers as they were given."),
    el("ul", { class: "shelf", "aria-label": "Conversations", "data-arrows": true }, conversations.map(item)),
    ...(conversations.length ? [button("Clear history", () => clear(kept.forgetAll, "History cleared"))] : [el("p", { class: "note" }, "Nothing yet.")]),
    ...(hasKey() ? [button("Forget the key", () => clear(forgetKey, "Key forgotten"))] : []));
}

function item({ id, at, turns }) {
  const [{ question }] = turns;
  const when = new Date(at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  return el("li", {},
    el("a", { href: addressOf("history", id) }, question),
    el("p", { class: "where" }, `${when}, ${counted(turns.length, "question")}`),
    button("Forget", () => clear(() => kept.forget(id), "Forgotten"), { "aria-label": `Forget: ${question}` }));
}

function clear(forget, words) {
  forget();
  showHistory();
  announce(words);
  view.querySelector("h2").focus();
}
