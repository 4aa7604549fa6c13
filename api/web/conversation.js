// The conversation: questions in turn, each asked in the light of those before, kept in this browser.

import * as client from "./client.js";
import { el } from "./dom.js";
import { Filters } from "./filters.js";
import * as kept from "./kept.js";
import { rememberCitations } from "./pane.js";
import { conversationAddress } from "./place.js";
import { Turn } from "./turn.js";

const MAX_EARLIER_MESSAGES = 20;

const box = document.getElementById("question");
const shown = document.getElementById("conversation");
const startOverButton = document.getElementById("start-over");
const welcome = document.getElementById("welcome");
const sendButton = document.getElementById("send");
const filters = new Filters(document.getElementById("ask-filters"));
let turns = [];
let id = kept.newId();
let stopping = null;

export function startConversation() {
  document.getElementById("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  startOverButton.addEventListener("click", () => {
    startOver();
    limitTo({ people: [], volumes: [] });
    location.hash = "#/";
    box.focus();
  });
}

// Asks only these from now on.
export function limitTo(chosen) {
  return filters.choose(chosen);
}

export function address() {
  return conversationAddress(turns);
}

// Stops the question that is being answered; says whether there was one.
export function stop() {
  if (!stopping) return false;
  stopping.abort();
  return true;
}

// Asks questions one after the other in a conversation of their own, as an address of the page names them.
export async function replay(questions) {
  startOver();
  const before = id;
  for (const { question, filters: chosen } of questions) {
    await limitTo(chosen).catch(() => {}); // asking will say what is wrong
    const isAnswered = await ask(question);
    if (!isAnswered || id !== before) return;
  }
}

// Shows a conversation that was kept, without asking anything.
export async function reopen(conversation) {
  startOver();
  id = conversation.id;
  for (const { question, filters: chosen, answer } of conversation.turns) {
    await limitTo(chosen).catch(() => {}); // they are called by their ids
    if (id !== conversation.id) return;
    const turn = begun(question, chosen);
    turn.finish(answer, null);
    settle(turn, answer);
  }
  history.replaceState(null, "", address());
}

function startOver() {
  stop();
  setBusy(null);
  turns = [];
  id = kept.newId();
  shown.replaceChildren();
  show(false);
}

function submit() {
  const question = box.value;
  if (stopping || !question.trim()) return;
  box.value = "";
  ask(question);
}

async function ask(question) {
  if (stopping) return false;
  const controller = new AbortController();
  const asked = { question, history: earlier(), filters: filters.value };
  const turn = begun(question, filters.value);
  setBusy(controller);
  turn.wait();
  turn.bringIntoView();
  let isAnswered = false;
  try {
    const { answer, at } = await client.ask(asked, {
      onStage: (stage) => turn.reach(stage),
      onSentence: (sentence, at) => turn.say(sentence, at),
      signal: controller.signal,
    });
    turn.finish(answer, at);
    if (turn.element.isConnected) settle(turn, answer);
    isAnswered = true;
  } catch (error) {
    turn.fail(error);
  }
  if (stopping === controller) setBusy(null);
  if (isAnswered && turn.element.isConnected) {
    kept.keep({ id, turns });
    if (location.hash === "" || /^#\/(ask|$)/.test(location.hash)) history.replaceState(null, "", address());
    turn.bringIntoView();
  }
  return isAnswered;
}

function begun(question, chosen) {
  show(true);
  const turn = new Turn(question, chosen, (next) => {
    if (turn.hasFailed) turn.element.remove();
    ask(next);
  });
  shown.append(turn.element);
  return turn;
}

function settle(turn, answer) {
  turns.push({ question: turn.question, filters: turn.filters, answer });
  turn.offer(address(), answer);
  rememberCitations(answer);
}

function earlier() {
  const messages = turns.flatMap(({ question, answer }) => [
    { role: "user", content: question }, { role: "assistant", content: answer.answer },
  ]);
  return messages.slice(-MAX_EARLIER_MESSAGES);
}

function setBusy(controller) {
  stopping = controller;
  shown.setAttribute("aria-busy", String(Boolean(controller)));
  sendButton.disabled = Boolean(controller);
}

function show(isBegun) {
  welcome.hidden = isBegun;
  startOverButton.hidden = !isBegun;
}
