// Saying what an answer is: right, or what was wrong with it, with a word on it where the reader has one.

import * as client from "./client.js";
import { announce, button, el } from "./dom.js";
import { failure } from "./failure.js";

const OF_ANSWERS = { right: "Right", wrong_person: "Wrong person", wrong_passage: "Wrong passage", incomplete: "Incomplete" };
const OF_SILENCE = { right: "Right", wrong_person: "Wrong person", incomplete: "There is an answer" };

export function feedbackForm(answer) {
  const group = el("div", { class: "feedback", role: "group", "aria-label": "Is this answer right?" });
  const names = answer.status === "abstained" ? OF_SILENCE : OF_ANSWERS;
  const offer = () => group.replaceChildren(...Object.keys(names).map(verdictButton));
  const verdictButton = (verdict) => button(names[verdict], () => (verdict === "right" ? send(verdict, "") : explain(verdict)));

  function explain(verdict) {
    const box = el("input", { type: "text", maxlength: "4000", "aria-label": `${names[verdict]}: what should it say?`, placeholder: "What should it say? (optional)" });
    const submit = (event) => {
      event.preventDefault();
      send(verdict, box.value);
    };
    group.replaceChildren(el("form", { onsubmit: submit },
      el("strong", {}, names[verdict]), box,
      el("button", { type: "submit", class: "filled" }, "Send"), button("Cancel", offer)));
    box.focus();
  }

  async function send(verdict, comment) {
    try {
      await client.feedback(answer, verdict, comment);
      const thanks = el("span", { tabindex: "-1" }, `Thank you. Noted: ${names[verdict].toLowerCase()}.`);
      group.replaceChildren(thanks);
      thanks.focus();
      announce(thanks.textContent);
    } catch (error) {
      group.replaceChildren(failure(error, () => send(verdict, comment)));
    }
  }

  offer();
  return group;
}
