// What can be done with an answer: copy it, copy its link, say what was wrong with it.

import { copyButton } from "./clipboard.js";
import { el } from "./dom.js";
import { feedbackForm } from "./feedback.js";
import { wholeAddress } from "./place.js";

export function actions(address, answer, seconds) {
  return el("div", { class: "actions" },
    answer.citations.length ? copyButton("Copy answer", () => withSources(answer)) : null,
    copyButton("Copy link", () => wholeAddress(address)),
    feedbackForm(answer),
    seconds === null ? null : el("span", { class: "elapsed" }, `${seconds.toFixed(2)} s`));
}

function withSources({ answer, citations }) {
  return [answer, citations.map(({ id, reference }) => `[${id}] ${reference}`).join("\n")].join("\n\n");
}
