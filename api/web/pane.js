// The source pane as a place on the page: it opens and closes with the address, and gives the focus back.

import { el } from "./dom.js";
import { sectionParts } from "./source.js";

const pane = document.getElementById("source");
const heading = document.getElementById("source-heading");
const body = document.getElementById("source-body");
const kind = document.getElementById("source-kind");
const talk = document.getElementById("talk");
const narrow = matchMedia("(max-width: 60rem)");
const cited = new Map();
let opener = null;

export function startPane(close) {
  document.getElementById("close-source").addEventListener("click", close);
  narrow.addEventListener("change", coverTalk);
  document.addEventListener("click", rememberOpener);
  pane.addEventListener("keydown", walk);
}

// Keeps what an answer cites, so that opening one place lights the others of the same section too.
export function rememberCitations({ citations }) {
  for (const citation of citations) cited.set(new URL(citation.url, location.href).hash, { citation, citations });
}

export async function openPane(place) {
  const { hash } = location;
  if (pane.hidden) show(message("Opening the section…"));
  try {
    const section = await sectionParts(place, cited.get(hash));
    if (location.hash === hash) show(section);
  } catch (error) {
    if (location.hash === hash) show(message("This section cannot be shown", error.message));
  }
}

export function isPaneOpen() {
  return !pane.hidden;
}

export function hidePane() {
  if (pane.hidden) return;
  pane.hidden = true;
  document.body.classList.remove("reading");
  coverTalk();
  for (const link of talk.querySelectorAll("main a[aria-current]")) link.removeAttribute("aria-current");
  const back = opener?.isConnected && opener.checkVisibility() ? opener : document.getElementById("question");
  back.focus();
  opener = null;
}

function rememberOpener(event) {
  const link = event.target.closest("#talk main a[href^='#/sections/'], #talk main a[href^='#/citations/']");
  if (!link) return;
  opener = link;
  if (link.hash === location.hash) dispatchEvent(new HashChangeEvent("hashchange"));
}

function message(title, ...words) {
  return { kind: "", heading: [el("h2", { id: "source-title", tabindex: "-1" }, title)], body: [el("p", {}, words)] };
}

function show(section) {
  pane.hidden = false;
  document.body.classList.add("reading");
  kind.textContent = section.kind;
  heading.replaceChildren(...section.heading);
  body.replaceChildren(...section.body);
  for (const link of talk.querySelectorAll("main a")) {
    if (link.hash === location.hash) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  coverTalk();
  heading.querySelector("h2")?.focus({ preventScroll: true });
  const lit = body.querySelector("mark.cited");
  if (lit) lit.scrollIntoView({ block: "center" });
  else pane.scrollTop = body.scrollTop = 0;
}

function walk(event) {
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (!rel || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  body.querySelector(`a[rel=${rel}]`)?.click();
}

function coverTalk() {
  talk.inert = narrow.matches && !pane.hidden;
}
