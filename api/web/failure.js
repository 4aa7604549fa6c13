// What went wrong, as its sentence, with what can be done: try again, or give a key.

import { button, el } from "./dom.js";
import { keyForm } from "./key.js";

export function failure(error, again, label = "Try again") {
  return el("div", { class: "failed", role: "alert" },
    el("p", {}, error.message),
    error.status === 401 ? keyForm(again) : button(label, again));
}
