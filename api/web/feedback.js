// Saying what an answer is: right, or what was wrong with it, with a word on it where the reader has one.

import * as client from "./client.js";
import { announce, button, el } from "./dom.js";
import { failure } from "./failure.js";

const VERDICTS = { right: "Right", wrong_person: "Wrong person", wrong_passage: "Wrong passage", incomplete: "Incomplete" };

export function feedbackForm(answer) {
  const group = el("div", { class: "feedback", role: "group", "aria-label": "Is this answer right?" });
  const offer = () => group.replaceChildren(...Object.keys(VERDICTS).map(verdictButton));
  const verdictButton = (verdict) => button(VERDICTS[verdict], () => (verdict === "right" ? send(verdict, "") : explain(verdict)));

  function explain(verdict) {
    const box = el("input", { type: "text", maxlength: "4000", "aria-label": `${VERDICTS[verdict]}: what should it say?`, placeholder: "What should it say? (optional)" });
    const submit = (event) => {
      event.preventDefault();
      send(verdict, box.value);
    };
    group.replaceChildren(el("form", { onsubmit: submit },
      el("strong", {}, VERDICTS[verdict]), box,
      el("button", { type: "submit", class: "filled" }, "Send"), button("Cancel", offer)));
    box.focus();
  }

  async function send(verdict, comment) {
    try {
      await client.feedback(answer, verdict, comment);
      const thanks = el("span", { tabindex: "-1" }, `Thank you. Noted: ${VERDICTS[verdict].toLowerCase()}.`);
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
