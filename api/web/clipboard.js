// Copying words, also where the page is not served from a secure address.

import { announce, button } from "./dom.js";

const SHOWN_MS = 2000;

export function copyButton(label, words, properties) {
  const copied = button(label, async () => {
    const done = await copy(await words());
    announce(done ? `${label}: copied` : "This browser does not let the page copy.");
    copied.textContent = done ? "Copied" : "Not copied";
    setTimeout(() => (copied.textContent = label), SHOWN_MS);
  }, properties);
  return copied;
}

async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return copyBySelection(words);
  }
}

function copyBySelection(words) {
  const before = document.activeElement;
  const box = document.createElement("textarea");
  box.value = words;
  box.className = "unseen";
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  before?.focus();
  return done;
}
