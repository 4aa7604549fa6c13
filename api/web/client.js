// Talking to the service: a request goes out, JSON comes back, and whatever goes wrong is an Error with a sentence.

const UNREACHABLE = "Byline cannot be reached. Check that it is being served, then ask again.";

async function fetchJson(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error(UNREACHABLE);
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail ?? `${UNREACHABLE} (status ${response.status})`);
  return body;
}

export function ask(question, history) {
  return fetchJson("/v1/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ question, history }),
  });
}

export function section(id) {
  return fetchJson(`/v1/sections/${id.split("/").map(encodeURIComponent).join("/")}`);
}

export function volumes() {
  return fetchJson("/v1/volumes");
}
