// A place in a section, as the address of the page names it: #/sections/<id>?start=<n>&end=<n>.

const PREFIX = "#/sections/";

export function placeIn(hash) {
  if (!hash.startsWith(PREFIX)) return null;
  const [path, query = ""] = hash.slice(PREFIX.length).split("?");
  const parameters = new URLSearchParams(query);
  const offset = (name) => (/^\d+$/.test(parameters.get(name) ?? "") ? Number(parameters.get(name)) : null);
  return { id: unescaped(path), start: offset("start"), end: offset("end") };
}

export function addressOf(id) {
  return PREFIX + id.split("/").map(encodeURIComponent).join("/");
}

export function hashOf(url) {
  return new URL(url, location.href).hash;
}

function unescaped(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
