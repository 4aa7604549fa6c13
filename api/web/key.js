// The key that a service may ask for: kept in this browser, sent with every request, forgotten on demand.

import { el } from "./dom.js";

const KEY = "byline.key";
let key = read();

export function authorization() {
  return key ? { Authorization: `Bearer ${key}` } : {};
}

export function hasKey() {
  return Boolean(key);
}

export function forgetKey() {
  keep("");
}

export function keyForm(again) {
  const box = el("input", { type: "password", id: "key", autocomplete: "off", spellcheck: "false", required: true });
  const send = (event) => {
    event.preventDefault();
    keep(box.value.trim());
    again();
  };
  return el("form", { class: "key", onsubmit: send },
    el("label", { for: "key" }, "Key of this service"), box,
    el("button", { type: "submit", class: "filled" }, "Use this key"));
}

function keep(value) {
  key = value;
  try {
    if (value) localStorage.setItem(KEY, value);
    else localStorage.removeItem(KEY);
  } catch {
    return; // storage is switched off: it holds for this visit
  }
}

function read() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
