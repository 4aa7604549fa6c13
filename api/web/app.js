// The page: asks questions in turn and shows what comes back.

import { answerElement } from "./answer.js";
import * as client from "./client.js";
import { editionBadge, el } from "./dom.js";
import { rememberCitations, startPane } from "./pane.js";

const MAX_EARLIER_MESSAGES = 20;

const form = document.getElementById("ask");
const box = document.getElementById("question");
const conversation = document.getElementById("conversation");
const startOver = document.getElementById("start-over");
const welcome = document.getElementById("welcome");
let history = [];
let asking = false;

async function ask(question) {
  if (asking || !question.trim()) return;
  setAsking(true);
  showConversation(true);
  const turn = el("div", { class: "turn" },
    el("h2", { class: "question" }, el("span", { class: "unseen" }, "You asked: "), question));
  const waiting = el("p", { class: "waiting" }, "Reading the collection");
  turn.append(waiting);
  conversation.append(turn);
  bringIntoView(turn);
  waiting.replaceWith(await outcome(question));
  bringIntoView(turn);
  setAsking(false);
}

async function outcome(question) {
  const began = performance.now();
  try {
    const answer = await client.ask(question, history.slice(-MAX_EARLIER_MESSAGES));
    history.push({ role: "user", content: question }, { role: "assistant", content: answer.answer });
    rememberCitations(answer);
    return answerElement(answer, (performance.now() - began) / 1000);
  } catch (error) {
    return el("div", { class: "answer failed", role: "alert" },
      el("p", {}, error.message),
      el("button", { type: "button", class: "quiet", onclick: () => ask(question) }, "Ask again"));
  }
}

function bringIntoView(turn) {
  const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  turn.scrollIntoView({ block: "start", behavior: smooth ? "smooth" : "auto" });
}

function setAsking(now) {
  asking = now;
  conversation.setAttribute("aria-busy", String(now));
  form.querySelector("button").disabled = now;
}

function showConversation(shown) {
  welcome.hidden = shown;
  startOver.hidden = !shown;
}

function submit() {
  const question = box.value;
  if (asking || !question.trim()) return;
  box.value = "";
  ask(question);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});

box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  box.focus();
});

document.getElementById("examples").addEventListener("click", (event) => {
  const example = event.target.closest("button");
  if (example) ask(example.textContent);
});

startOver.addEventListener("click", () => {
  history = [];
  conversation.replaceChildren();
  showConversation(false);
  box.focus();
});

async function showVolumes() {
  const { volumes } = await client.volumes();
  document.getElementById("volumes").replaceChildren(...volumes.map((volume) => el("li", {},
    el("cite", {}, volume.title), volume.year ? ` (${volume.year}) ` : " ", editionBadge(volume.edition))));
  document.getElementById("collection").hidden = !volumes.length;
}

startPane();
showVolumes().catch(() => {}); // asking will say what is wrong
