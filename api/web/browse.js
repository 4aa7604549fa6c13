// Browsing the shelves: volumes, the sections of one, the people, and what one of them wrote.

import * as client from "./client.js";
import { collection } from "./collection.js";
import { limitTo } from "./conversation.js";
import { authorsOf, button, counted, editionBadge, el, joined } from "./dom.js";
import { failure } from "./failure.js";
import { addressOf } from "./place.js";

const view = document.getElementById("browse-view");

export async function showBrowse(place) {
  const { hash } = location;
  draw("Browse", el("p", { class: "waiting" }, "Fetching the catalogue"));
  try {
    const [title, ...parts] = await partsOf(place);
    if (location.hash === hash) draw(title, ...parts);
  } catch (error) {
    if (location.hash === hash) draw("Browse", failure(error, () => showBrowse(place)));
  }
}

function draw(title, ...parts) {
  const hadFocus = view.contains(document.activeElement);
  view.replaceChildren(
    el("nav", { class: "shelves", "aria-label": "Catalogue" },
      ["Volumes", "People"].map(shelfLink)),
    el("h2", { id: "browse-title", tabindex: "-1" }, title), ...parts.flat().filter(Boolean));
  if (hadFocus || document.activeElement === document.body) view.querySelector("h2").focus({ preventScroll: true });
}

function shelfLink(name) {
  const href = addressOf(name.toLowerCase());
  return el("a", { href, "aria-current": location.hash.startsWith(href) && (location.hash === href ? "page" : "true") }, name);
}

async function partsOf({ kind, id }) {
  const known = await collection((words) => draw("Browse", el("p", { class: "waiting" }, words)));
  if (kind === "people") return id ? person(known, id) : ["People", peopleList(known.people)];
  return id ? volume(known, await client.volume(id)) : ["Volumes", list("Volumes", known.volumes.map(volumeItem))];
}

function volumeItem({ id, title, editors, publisher, year, edition, sections, people }) {
  return el("li", {},
    el("a", { href: addressOf("volumes", id) }, el("cite", {}, title)), " ", editionBadge(edition),
    el("p", { class: "where" }, imprint(editors, publisher, year)),
    el("p", { class: "where" }, `${counted(sections, "section")}, ${counted(people, "person", "people")}`));
}

function imprint(editors, publisher, year) {
  return [editors.length ? `edited by ${joined(editors)}` : "", publisher, year].filter(Boolean).join(", ");
}

function volume({ people }, { id, title, editors, publisher, year, edition, contents, rights }) {
  const writers = people.filter(({ sections }) => sections.some((section) => section.volume_id === id));
  return [
    title,
    el("p", { class: "where" }, imprint(editors, publisher, year), " ", editionBadge(edition)),
    askOnly("Ask this volume", { people: [], volumes: [id] }),
    el("h3", {}, "Sections"), list("Sections", contents.map(sectionItem)),
    el("h3", {}, "People"), peopleList(writers, id),
    el("p", { class: "note" }, rights),
  ];
}

function sectionItem({ id, title, kind, authors }) {
  return el("li", {},
    el("a", { href: addressOf("sections", id) }, title),
    el("p", { class: "where" }, authors.length ? authorsOf(authors) : kind));
}

function peopleList(people, volumeId = null) {
  const sorted = [...people].sort((one, other) => one.name.localeCompare(other.name, "en-GB"));
  return list("People", sorted.map(({ id, name, sections }) => {
    const pieces = sections.filter((section) => !volumeId || section.volume_id === volumeId).length;
    return el("li", {}, el("a", { href: addressOf("people", id) }, name), el("span", { class: "where" }, counted(pieces, "piece")));
  }));
}

function person({ people, volumes }, id) {
  const found = people.find((one) => one.id === id);
  if (!found) throw new Error("There is nobody of this name here. The list of people shows who there is.");
  const titles = new Map(volumes.map((one) => [one.id, one.title]));
  const aliases = found.aliases.filter((alias) => alias !== found.name);
  const roles = [...new Set(found.roles.map((role) => role.text))];
  return [
    found.name,
    roles.map((role) => el("p", { class: "where" }, role)),
    aliases.length ? el("p", { class: "where" }, `Also printed as ${joined(aliases)}`) : null,
    askOnly(`Ask ${found.name}`, { people: [id], volumes: [] }),
    el("h3", {}, "Pieces"),
    list("Pieces", found.sections.map((section) => el("li", {},
      el("a", { href: addressOf("sections", section.id) }, section.title),
      el("p", { class: "where" }, el("cite", {}, titles.get(section.volume_id) ?? ""))))),
  ];
}

function askOnly(label, filters) {
  return button(label, () => {
    limitTo(filters);
    location.hash = "#/";
  }, { class: "filled" });
}

function list(label, items) {
  return el("ul", { class: "shelf", "aria-label": label, "data-arrows": true }, items);
}
