// Server-sent events from a response body: bytes come in, { name, data, at } go out; `at` is when its bytes came.

const BETWEEN_EVENTS = /\r\n\r\n|\n\n|\r\r/;

export async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    const at = performance.now();
    const blocks = (waiting + value).split(BETWEEN_EVENTS);
    waiting = blocks.pop();
    for (const block of blocks) {
      const event = parsed(block);
      if (event) yield { ...event, at };
    }
  }
}

function parsed(block) {
  let name = "message";
  const data = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [field, value] = split(line);
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
  }
  return data.length ? { name, data: JSON.parse(data.join("\n")) } : null;
}

function split(line) {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
}
