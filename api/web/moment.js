// How long from the first words' arrival to their being seen: the measure "byline:first-answer", one for every answer.

export function measureShown(arrived) {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => performance.measure("byline:first-answer", { start: arrived, end: performance.now() });
    port2.postMessage(null); // comes after the frame is painted
  });
}
