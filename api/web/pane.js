// The source pane as a place on the page: it opens and closes with the address, and gives the focus back.

import { el } from "./dom.js";
import { placeIn } from "./place.js";
import { sectionElements } from "./source.js";

const pane = document.getElementById("source");
const heading = document.getElementById("source-heading");
const body = document.getElementById("source-body");
const kind = document.getElementById("source-kind");
const talk = document.getElementById("talk");
const narrow = matchMedia("(max-width: 60rem)");
const citations = new Map();
let opener = null;

export function startPane() {
  addEventListener("hashchange", follow);
  document.getElementById("close-source").addEventListener("click", close);
  narrow.addEventListener("change", coverTalk);
  document.addEventListener("click", rememberOpener);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !pane.hidden) close();
  });
  follow();
}

export function rememberCitations(answer) {
  for (const citation of answer.citations) citations.set(new URL(citation.url, location.href).hash, citation);
}

function rememberOpener(event) {
  const link = event.target.closest("#talk a[href^='#']");
  if (!link) return;
  opener = link;
  if (link.hash === location.hash) follow();
}

async function follow() {
  const hash = location.hash;
  const place = placeIn(hash);
  if (!place) return hide();
  if (pane.hidden) show(message("Opening the section…"));
  try {
    const section = await sectionElements(place, citations.get(hash));
    if (location.hash === hash) show(section);
  } catch (error) {
    if (location.hash === hash) show(message("This section cannot be shown", error.message));
  }
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
  for (const link of talk.querySelectorAll("article a")) {
    if (link.hash === location.hash) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  coverTalk();
  heading.querySelector("h2")?.focus({ preventScroll: true });
  const lit = body.querySelector("mark.cited");
  if (lit) lit.scrollIntoView({ block: "center" });
  else body.scrollTop = 0;
}

function close() {
  history.pushState(null, "", location.pathname);
  hide();
}

function hide() {
  if (pane.hidden) return;
  pane.hidden = true;
  document.body.classList.remove("reading");
  coverTalk();
  for (const link of talk.querySelectorAll("a[aria-current]")) link.removeAttribute("aria-current");
  (opener?.isConnected ? opener : document.getElementById("question")).focus();
  opener = null;
}

function coverTalk() {
  talk.inert = narrow.matches && !pane.hidden;
}
