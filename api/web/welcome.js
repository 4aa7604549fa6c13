// The first view: questions to try, made from what the collection holds, and its volumes.

import { collection } from "./collection.js";
import { counted, editionBadge, el } from "./dom.js";
import { failure } from "./failure.js";
import { addressOf, conversationAddress } from "./place.js";

const MOST_EXAMPLES = 3;
const PIECES = ["essay", "story", "post"];

const state = document.getElementById("collection-state");
const examples = document.getElementById("examples");

export async function showWelcome() {
  try {
    const { volumes, people } = await collection((words) => (state.textContent = words));
    state.replaceChildren();
    examples.replaceChildren(...questions(volumes, people).map(exampleItem));
    document.getElementById("volumes").replaceChildren(...volumes.map(volumeItem));
    document.getElementById("collection").hidden = !volumes.length;
  } catch (error) {
    state.replaceChildren(failure(error, showWelcome));
  }
}

function questions(volumes, people) {
  const pieces = people.flatMap(({ name, sections }) => sections.map((section) => ({ name, ...section })));
  const chosen = [];
  for (const { id } of volumes) {
    const isNew = ({ name, volume_id, kind }) => volume_id === id && PIECES.includes(kind) && !chosen.some((one) => one.name === name);
    chosen.push(...pieces.filter(isNew).slice(0, 1));
  }
  return chosen
    .slice(0, MOST_EXAMPLES)
    .map(({ name, title }) => `what does ${name} say in “${title}”?`);
}

function exampleItem(question) {
  const address = conversationAddress([{ question, filters: { people: [], volumes: [] } }]);
  return el("li", {}, el("a", { href: address }, question));
}

function volumeItem({ id, title, year, edition, sections, people }) {
  return el("li", {},
    el("a", { href: addressOf("volumes", id) }, el("cite", {}, title)), year ? ` (${year}), ` : ", ",
    `${counted(sections, "section")}, ${counted(people, "person", "people")} `, editionBadge(edition));
}
