// What there is: the volumes and the people who wrote in them, fetched once, and waited for while the index opens.

import * as client from "./client.js";

const WAIT_MS = 1000;
let loading = null;

// Gives { volumes, people }; calls onWait(words) while the index is still being opened.
export function collection(onWait = () => {}) {
  loading ??= load(onWait).catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(onWait) {
  while (true) {
    try {
      const [{ volumes }, { people }] = await Promise.all([client.volumes(), client.people()]);
      return { volumes, people };
    } catch (error) {
      if (error.status !== 503) throw error;
      onWait(error.message);
      await new Promise((resolve) => setTimeout(resolve, Math.max(WAIT_MS, error.retryAfter * 1000)));
    }
  }
}
