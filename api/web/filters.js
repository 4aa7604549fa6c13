// Whom and what words may come from: people and volumes with the number of pieces that each choice leaves.

import { collection } from "./collection.js";
import { button, el } from "./dom.js";
import { failure } from "./failure.js";

let known = { people: [], volumes: [] };
let opened = null;

// Closes the panel that is open; says whether one was.
export function closeFilters() {
  if (!opened) return false;
  const { toggle } = opened;
  opened.close();
  toggle.focus();
  return true;
}

export function namesOf({ people, volumes }) {
  const name = (kind, id) => known[kind].find((one) => one.id === id);
  return [...people.map((id) => name("people", id)?.name ?? id), ...volumes.map((id) => name("volumes", id)?.title ?? id)];
}

export function isChosen({ people, volumes }) {
  return people.length + volumes.length > 0;
}

// A button, the panel that it opens, and what is chosen, in an element of the page: first in it, or after one of its buttons.
export class Filters {
  constructor(element, before = null) {
    this.chosen = { people: new Set(), volumes: new Set() };
    this.chips = el("ul", { class: "chosen", "aria-label": "Chosen filters" });
    this.lists = { volumes: el("ul", { "data-arrows": true }), people: el("ul", { "data-arrows": true }) };
    this.finder = el("input", { type: "search", "aria-label": "Find a person", placeholder: "Find a person", autocomplete: "off", oninput: () => this.count() });
    this.nobody = el("p", { class: "where", hidden: true }, "Nobody of this name");
    this.panel = el("div", { id: `${element.id}-panel`, class: "filters-panel", role: "group", "aria-label": "Filters", hidden: true, onkeydown: pick },
      el("fieldset", {}, el("legend", {}, "Volumes"), this.lists.volumes),
      el("fieldset", {}, el("legend", {}, "People"), this.finder, this.lists.people, this.nobody));
    this.toggle = button("Filters", () => (this.panel.hidden ? this.open() : closeFilters()), { "aria-expanded": "false", "aria-controls": this.panel.id });
    const parts = [this.toggle, this.panel, this.chips];
    if (before) before.after(...parts);
    else element.prepend(...parts);
    const closeOutside = (target) => target && !element.contains(target) && this.close();
    document.addEventListener("pointerdown", ({ target }) => closeOutside(target));
    element.addEventListener("focusout", ({ relatedTarget }) => closeOutside(relatedTarget));
  }

  get value() {
    return { people: [...this.chosen.people], volumes: [...this.chosen.volumes] };
  }

  async choose({ people, volumes }) {
    this.chosen = { people: new Set(people), volumes: new Set(volumes) };
    if (isChosen({ people, volumes })) known = await collection();
    this.draw();
  }

  async open() {
    closeFilters();
    opened = this;
    this.finder.value = "";
    this.panel.hidden = false;
    this.toggle.setAttribute("aria-expanded", "true");
    try {
      known = await collection();
      this.draw();
    } catch (error) {
      this.lists.volumes.replaceChildren(el("li", {}, failure(error, () => this.open())));
    }
  }

  close() {
    if (opened === this) opened = null;
    this.panel.hidden = true;
    this.toggle.setAttribute("aria-expanded", "false");
  }

  draw() {
    this.lists.volumes.replaceChildren(...known.volumes.map(({ id, title }) => this.choice("volumes", id, title)));
    const people = [...known.people].sort((one, other) => one.name.localeCompare(other.name, "en-GB"));
    this.lists.people.replaceChildren(...people.map(({ id, name }) => this.choice("people", id, name)));
    this.count();
  }

  choice(kind, id, label) {
    const box = el("input", { type: "checkbox", "data-id": id, onchange: () => this.change(kind, id, box.checked) });
    box.checked = this.chosen[kind].has(id);
    return el("li", {}, el("label", {}, box, el("span", { class: "label" }, label), el("span", { class: "count" })));
  }

  change(kind, id, isIn) {
    if (isIn) this.chosen[kind].add(id);
    else this.chosen[kind].delete(id);
    for (const box of this.lists[kind].querySelectorAll("input")) box.checked = this.chosen[kind].has(box.dataset.id);
    this.count();
  }

  count() {
    const { people, volumes } = this.chosen;
    const wanted = this.finder.value.trim().toLocaleLowerCase("en-GB");
    for (const { id, name, sections } of known.people) {
      const pieces = sections.filter((section) => !volumes.size || volumes.has(section.volume_id)).length;
      this.tell("people", id, pieces, people.has(id) || (pieces > 0 && name.toLocaleLowerCase("en-GB").includes(wanted)));
    }
    const theirs = known.people.filter(({ id }) => people.has(id)).flatMap((person) => person.sections);
    const ids = (volume) => new Set(theirs.filter((section) => section.volume_id === volume).map((section) => section.id));
    for (const { id, sections } of known.volumes) {
      const pieces = people.size ? ids(id).size : sections;
      this.tell("volumes", id, pieces, volumes.has(id) || pieces > 0);
    }
    this.nobody.hidden = !known.people.length || [...this.lists.people.children].some((item) => !item.hidden);
    this.drawChips();
  }

  tell(kind, id, pieces, isShown) {
    const item = this.lists[kind].querySelector(`[data-id="${CSS.escape(id)}"]`)?.closest("li");
    if (!item) return;
    item.hidden = !isShown;
    item.querySelector(".count").replaceChildren(String(pieces), el("span", { class: "unseen" }, pieces === 1 ? " piece" : " pieces"));
  }

  drawChips() {
    const chips = ["people", "volumes"].flatMap((kind) => [...this.chosen[kind]].map((id) => this.chip(kind, id)));
    this.chips.replaceChildren(...chips);
    this.toggle.textContent = chips.length ? `Filters (${chips.length})` : "Filters";
  }

  chip(kind, id) {
    const [name] = namesOf({ people: [], volumes: [], [kind]: [id] });
    const remove = () => {
      this.change(kind, id, false);
      this.toggle.focus();
    };
    return el("li", {}, button([name, el("span", { "aria-hidden": "true" }, " ×")], remove, { "aria-label": `Remove the filter ${name}` }));
  }
}

// Enter picks what has the focus, and does not send the form that the panel stands in.
function pick(event) {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  if (event.target.type === "checkbox") event.target.click();
}
