// Where there is no answer: whom else to ask, as buttons that ask again. Whom to ask is what the answer suggests.

import { collection } from "./collection.js";
import { button, el } from "./dom.js";

export async function suggestions(answer, ask) {
  const others = answer.suggestions ?? [];
  if (!others.length) return null;
  const { people } = await collection().catch(() => ({ people: [] }));
  const isOther = ({ id }) => others.some((other) => other.id === id);
  const asked = people.filter((person) => !isOther(person) && answer.answer.includes(person.name))
    .filter(({ name }) => mentionOf(name, answer.question));
  return el("ul", { class: "suggestions", "aria-label": "Ask somebody else", "data-arrows": true },
    others.map(({ name }) => {
      const question = instead(answer.question, asked[0]?.name ?? name, name);
      return el("li", {}, button(`Ask ${name}`, () => ask(question), { title: question }));
    }));
}

// The question with one person in the place of another; where it names nobody, a question that goes on from it.
function instead(question, asked, name) {
  const mention = mentionOf(asked, question);
  return mention ? question.replace(mention, name) : `what does ${name} say about it?`;
}

// How a question calls somebody: the whole name, or the last words of it.
function mentionOf(name, question) {
  const words = name.split(" ");
  const endings = words.map((_, place) => words.slice(place).join(" "));
  for (const ending of endings) {
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${escaped(ending)}(?![\\p{L}\\p{N}])`, "iu");
    const found = question.match(pattern);
    if (found) return found[0];
  }
  return null;
}

function escaped(words) {
  return words.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
