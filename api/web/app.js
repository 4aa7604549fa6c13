// The page: what its address names is what it shows.

import { showBrowse } from "./browse.js";
import * as conversation from "./conversation.js";
import { closeFilters } from "./filters.js";
import { showHistory } from "./history.js";
import * as kept from "./kept.js";
import { startKeys } from "./keys.js";
import { hidePane, isPaneOpen, openPane, startPane } from "./pane.js";
import { placeIn, questionsIn } from "./place.js";
import { showQuote, startQuote } from "./quote.js";
import { showWelcome } from "./welcome.js";

const VIEWS = { ask: "ask", quote: "quote", volumes: "browse", people: "browse", history: "history" };
const TITLES = { ask: "Byline", quote: "Who said this? · Byline", browse: "Browse · Byline", history: "History · Byline" };
let behindPane = "#/";

function follow() {
  const place = placeIn(location.hash);
  if (place.kind === "sections" || place.kind === "citations") return openPane(place);
  hidePane();
  behindPane = location.hash || "#/";
  const view = VIEWS[place.kind] ?? "ask";
  const isOther = showView(view);
  if (view === "quote") showQuote(place);
  if (view === "browse") showBrowse(place);
  if (view === "history") past(place);
  if (place.kind === "ask") again(place);
  if (isOther) (document.querySelector(`#${view}-view h2[tabindex]`) ?? document.getElementById("question")).focus({ preventScroll: true });
}

async function past({ id }) {
  const conversationKept = kept.all().find((one) => one.id === id);
  if (!conversationKept) return showHistory();
  showView("ask");
  await conversation.reopen(conversationKept);
  behindPane = location.hash;
}

function again(place) {
  const questions = questionsIn(place);
  if (questions.length && location.hash !== conversation.address()) conversation.replay(questions);
}

// Shows a view; says whether another was shown before.
function showView(view) {
  const shown = document.getElementById(`${view}-view`);
  const isOther = shown.hidden;
  for (const other of Object.keys(TITLES)) document.getElementById(`${other}-view`).hidden = other !== view;
  document.getElementById("ask").hidden = view !== "ask";
  document.title = TITLES[view];
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  return isOther;
}

function closePane() {
  const isConversation = placeIn(behindPane).kind === "ask";
  history.pushState(null, "", isConversation ? conversation.address() : behindPane);
  hidePane();
}

function escape() {
  if (closeFilters()) return;
  if (isPaneOpen()) closePane();
  else conversation.stop();
}

document.addEventListener("stop", () => conversation.stop());
startPane(closePane);
startQuote();
conversation.startConversation();
startKeys(escape);
addEventListener("hashchange", follow);
showWelcome();
if (!location.hash) showView("ask");
follow();
