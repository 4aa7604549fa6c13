// Conversations kept in this browser and nowhere else: the newest first, the oldest dropped when there is no room.

const KEY = "byline.conversations";
const MOST = 50;

export function newId() {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
}

export function all() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => Array.isArray(one?.turns) && one.turns.length) : [];
  } catch {
    return []; // storage is switched off, or holds what is not ours
  }
}

export function keep({ id, turns }) {
  write([{ id, at: Date.now(), turns }, ...all().filter((other) => other.id !== id)].slice(0, MOST));
}

export function forget(id) {
  write(all().filter((other) => other.id !== id));
}

export function forgetAll() {
  write([]);
}

function write(conversations) {
  for (let count = conversations.length; count >= 0; count -= 1) {
    try {
      if (count) localStorage.setItem(KEY, JSON.stringify(conversations.slice(0, count)));
      else localStorage.removeItem(KEY);
      return;
    } catch {
      continue; // no room: without the oldest
    }
  }
}
