// Whom and what an answer may come from: people and volumes with the number of pieces that each choice leaves.

import { collection } from "./collection.js";
import { button, el } from "./dom.js";
import { failure } from "./failure.js";

const toggle = document.getElementById("filters-toggle");
const panel = document.getElementById("filters-panel");
const chosenList = document.getElementById("chosen");
const finder = document.getElementById("find-person");
const lists = { people: document.getElementById("filter-people"), volumes: document.getElementById("filter-volumes") };
const chosen = { people: new Set(), volumes: new Set() };
let known = { people: [], volumes: [] };

export function startFilters() {
  toggle.addEventListener("click", () => (panel.hidden ? open() : closeFilters()));
  finder.addEventListener("input", count);
  finder.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

export function filters() {
  return { people: [...chosen.people], volumes: [...chosen.volumes] };
}

export async function choose({ people, volumes }) {
  chosen.people = new Set(people);
  chosen.volumes = new Set(volumes);
  if (people.length || volumes.length) await load();
  draw();
}

// Closes the panel; says whether it was open.
export function closeFilters() {
  if (panel.hidden) return false;
  panel.hidden = true;
  toggle.setAttribute("aria-expanded", "false");
  toggle.focus();
  return true;
}

export function namesOf({ people, volumes }) {
  const name = (kind, id) => known[kind].find((one) => one.id === id);
  return [...people.map((id) => name("people", id)?.name ?? id), ...volumes.map((id) => name("volumes", id)?.title ?? id)];
}

export async function load() {
  known = await collection();
}

async function open() {
  panel.hidden = false;
  toggle.setAttribute("aria-expanded", "true");
  try {
    await load();
    draw();
  } catch (error) {
    lists.volumes.replaceChildren(el("li", {}, failure(error, open)));
  }
}

function draw() {
  lists.volumes.replaceChildren(...known.volumes.map(({ id, title }) => choice("volumes", id, title)));
  const people = [...known.people].sort((one, other) => one.name.localeCompare(other.name, "en-GB"));
  lists.people.replaceChildren(...people.map(({ id, name }) => choice("people", id, name)));
  count();
}

function choice(kind, id, label) {
  const box = el("input", { type: "checkbox", "data-id": id, onchange: () => change(kind, id, box.checked) });
  box.checked = chosen[kind].has(id);
  return el("li", {}, el("label", {}, box, el("span", { class: "label" }, label), el("span", { class: "count" })));
}

function change(kind, id, isChosen) {
  if (isChosen) chosen[kind].add(id);
  else chosen[kind].delete(id);
  for (const box of lists[kind].querySelectorAll("input")) box.checked = chosen[kind].has(box.dataset.id);
  count();
}

function count() {
  const wanted = finder.value.trim().toLocaleLowerCase("en-GB");
  for (const { id, name, sections } of known.people) {
    const pieces = sections.filter((section) => !chosen.volumes.size || chosen.volumes.has(section.volume_id)).length;
    const isWanted = chosen.people.has(id) || (pieces > 0 && name.toLocaleLowerCase("en-GB").includes(wanted));
    tell("people", id, pieces, isWanted);
  }
  const theirs = known.people.filter(({ id }) => chosen.people.has(id)).flatMap((person) => person.sections);
  const ids = (volume) => new Set(theirs.filter((section) => section.volume_id === volume).map((section) => section.id));
  for (const { id, sections } of known.volumes) {
    const pieces = chosen.people.size ? ids(id).size : sections;
    tell("volumes", id, pieces, chosen.volumes.has(id) || pieces > 0);
  }
  drawChosen();
}

function tell(kind, id, pieces, isShown) {
  const box = lists[kind].querySelector(`[data-id="${CSS.escape(id)}"]`);
  if (!box) return;
  const item = box.closest("li");
  item.hidden = !isShown;
  item.querySelector(".count").replaceChildren(String(pieces), el("span", { class: "unseen" }, " pieces"));
}

function drawChosen() {
  const chips = ["people", "volumes"].flatMap((kind) => [...chosen[kind]].map((id) => chip(kind, id)));
  chosenList.replaceChildren(...chips);
  toggle.textContent = chips.length ? `Filters (${chips.length})` : "Filters";
}

function chip(kind, id) {
  const [name] = namesOf({ people: [], volumes: [], [kind]: [id] });
  const remove = () => {
    change(kind, id, false);
    toggle.focus();
  };
  return el("li", {}, button([name, el("span", { "aria-hidden": "true" }, " ×")], remove, { "aria-label": `Remove the filter ${name}` }));
}
