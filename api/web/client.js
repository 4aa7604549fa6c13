// Talking to the service: a request goes out, JSON or events come back, and whatever goes wrong is a Problem.

import { eventsOf } from "./events.js";
import { authorization } from "./key.js";

const UNREACHABLE = "Byline cannot be reached. Check that it is being served, then ask again.";
const BROKE_OFF = "The answer broke off before its end. Ask again.";

export class Problem extends Error {
  constructor(detail, status = 0, retryAfter = 0) {
    super(detail);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

let isStreaming = true;

// Asks, and calls onStage(stage) and onSentence(sentence, at) where the service streams. Gives { answer, at }.
export async function ask(body, { onStage, onSentence, signal }) {
  if (!isStreaming) return askWhole(body, signal);
  const response = await send("/v1/ask", { ...posted({ ...body, stream: true }), signal });
  if (!response.ok) {
    const problem = await problemOf(response);
    if (!refusesToStream(problem)) throw problem;
    isStreaming = false;
    return askWhole(body, signal);
  }
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    return { at: performance.now(), answer: await response.json() };
  }
  return listen(response, onStage, onSentence);
}

async function listen(response, onStage, onSentence) {
  try {
    for await (const { name, data, at } of eventsOf(response)) {
      if (name === "status") onStage(data.stage);
      else if (name === "sentence") onSentence(data, at);
      else if (name === "done") return { at, answer: data };
      else if (name === "error") throw new Problem(data.detail, data.status);
    }
  } catch (error) {
    if (error instanceof Problem || error.name === "AbortError") throw error;
    throw new Problem(BROKE_OFF);
  }
  throw new Problem(BROKE_OFF);
}

async function askWhole(body, signal) {
  const response = await accepted(send("/v1/ask", { ...posted(body), signal }));
  return { at: performance.now(), answer: await response.json() };
}

export function quote(words, filters, limit) {
  return json("/v1/quote", posted({ quote: words, filters, limit }));
}

export function feedback(answer, verdict, comment) {
  return json("/v1/feedback", posted({ answer, verdict, comment }));
}

export function section(id) {
  return json(`/v1/sections/${escaped(id)}`);
}

export function citation(address) {
  return json(`/v1/citations/${escaped(address)}`);
}

export function volumes() {
  return json("/v1/volumes");
}

export function volume(id) {
  return json(`/v1/volumes/${escaped(id)}`);
}

export function people() {
  return json("/v1/people");
}

async function json(path, options) {
  return (await accepted(send(path, options))).json();
}

async function accepted(sending) {
  const response = await sending;
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function send(path, options = {}) {
  try {
    return await fetch(path, { ...options, headers: { ...options.headers, ...authorization() } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(UNREACHABLE);
  }
}

async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const detail = body.detail ?? `${UNREACHABLE} (status ${response.status})`;
  return new Problem(detail, response.status, Number(response.headers.get("Retry-After")) || 0);
}

function refusesToStream({ status, message }) {
  return [406, 415, 501].includes(status) || (status === 422 && message.includes("`stream`"));
}

function posted(body) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

function escaped(id) {
  return id.split("/").map(encodeURIComponent).join("/");
}
