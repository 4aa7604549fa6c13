// Places of the page as its address names them:
//   #/ask?q=…&person=…&volume=…&q=…       a conversation: each q with the filters after it
//   #/quote?q=…&person=…&volume=…          a quotation looked up
//   #/volumes, #/volumes/<id>, #/people, #/people/<id>, #/history, #/history/<id>
//   #/sections/<id>?start=…&end=…          characters of a section
//   #/citations/<address>                  a sentence, also after another index run

export function placeIn(hash) {
  const [path, query = ""] = hash.replace(/^#?\/?/, "").split("?");
  const [kind, ...rest] = path.split("/").map(unescaped);
  const parameters = new URLSearchParams(query);
  const offset = (name) => (/^\d+$/.test(parameters.get(name) ?? "") ? Number(parameters.get(name)) : null);
  return { kind: kind || "ask", id: rest.join("/"), parameters, start: offset("start"), end: offset("end") };
}

export function addressOf(kind, id = "", parameters = "") {
  const path = [kind, ...(id ? id.split("/") : [])].map(encodeURIComponent).join("/");
  return `#/${path}${String(parameters) ? `?${parameters}` : ""}`;
}

export function hashOf(url) {
  return new URL(url, location.href).hash;
}

export function wholeAddress(hash) {
  return new URL(hash, `${location.origin}${location.pathname}`).href;
}

export function conversationAddress(turns) {
  return turns.length ? addressOf("ask", "", parametersOf(turns)) : "#/";
}

export function quoteAddress(question, filters) {
  return addressOf("quote", "", parametersOf([{ question, filters }]));
}

function parametersOf(turns) {
  const parameters = new URLSearchParams();
  for (const { question, filters } of turns) {
    parameters.append("q", question);
    for (const person of filters.people) parameters.append("person", person);
    for (const volume of filters.volumes) parameters.append("volume", volume);
  }
  return parameters;
}

export function questionsIn({ parameters }) {
  const turns = [];
  for (const [name, value] of parameters) {
    if (name === "q" && value.trim()) turns.push({ question: value, filters: { people: [], volumes: [] } });
    else if (name === "person") turns.at(-1)?.filters.people.push(value);
    else if (name === "volume") turns.at(-1)?.filters.volumes.push(value);
  }
  return turns;
}

function unescaped(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
