// One turn of the conversation on the page: the question, what happens to it, and its answer as it grows.

import { GrowingAnswer } from "./answer.js";
import { actions } from "./actions.js";
import { button, el } from "./dom.js";
import { failure } from "./failure.js";
import { namesOf } from "./filters.js";
import { measureShown } from "./moment.js";
import { suggestions } from "./suggestions.js";

const STAGES = {
  understand: "Reading the question",
  retrieve: "Searching the collection",
  rerank: "Reading the best passages",
  rank: "Weighing the sentences",
  compose: "Choosing the sentences",
  ground: "Checking against the sources",
  retell: "Writing the answer",
  review: "Checking against the sources",
};
const TELL_SECONDS_AFTER = 2;

export class Turn {
  constructor(question, filters, ask) {
    this.question = question;
    this.filters = filters;
    this.hasFailed = false;
    this.ask = ask;
    this.began = performance.now();
    this.answer = new GrowingAnswer();
    const names = namesOf(filters);
    this.element = el("div", { class: "turn" },
      el("h2", { class: "question" }, el("span", { class: "unseen" }, "You asked: "), question),
      names.length ? el("p", { class: "limits" }, `Only from: ${names.join("; ")}`) : null);
  }

  wait() {
    this.stage = el("span", {}, "Reading the collection");
    this.seconds = el("span", { class: "seconds" });
    const stop = button("Stop", () => this.element.dispatchEvent(new CustomEvent("stop", { bubbles: true })));
    this.waiting = el("p", { class: "waiting", "aria-live": "off" }, this.stage, this.seconds, stop);
    this.element.append(this.waiting);
    this.clock = setInterval(() => {
      const seconds = Math.floor((performance.now() - this.began) / 1000);
      if (seconds >= TELL_SECONDS_AFTER) this.seconds.textContent = `, ${seconds} s`;
    }, 1000);
  }

  reach(stage) {
    this.stage.textContent = STAGES[stage] ?? "Working";
  }

  say(sentence, at) {
    if (!this.answer.isBegun) {
      this.waiting.before(this.answer.element);
      measureShown(at);
    }
    this.answer.say(sentence);
  }

  finish(answer, at) {
    this.stopWaiting();
    if (at !== null && !this.answer.isBegun) measureShown(at);
    this.element.append(this.answer.element);
    this.answer.finish(answer);
    this.elapsed = at === null ? null : (at - this.began) / 1000;
  }

  offer(address, answer) {
    const again = answer.status === "abstained" ? suggestions(answer, this.ask) : null;
    if (again) again.then((list) => list && this.answer.element.insertBefore(list, this.offered));
    this.offered = actions(address, answer, this.elapsed);
    this.answer.element.append(this.offered);
  }

  fail(error) {
    this.stopWaiting();
    this.hasFailed = true;
    const again = () => this.ask(this.question);
    const problem = error.name === "AbortError" ? new Error("Stopped.") : error;
    this.element.append(el("div", { class: "answer" }, failure(problem, again, "Ask again")));
  }

  bringIntoView() {
    const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.element.scrollIntoView({ block: "start", behavior: smooth ? "smooth" : "auto" });
  }

  stopWaiting() {
    clearInterval(this.clock);
    this.waiting?.remove();
  }
}
