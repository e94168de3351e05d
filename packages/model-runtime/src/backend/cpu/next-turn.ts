/** Resolves after timers, input and output had their turn, so that servers answer and aborts are seen. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else throughChannel(resolve);
  });
}

/** Browsers clamp nested timeouts to 4 ms; a message does not wait. */
function throughChannel(resolve: () => void): void {
  const { port1, port2 } = new MessageChannel();
  Object.assign(port1, {
    onmessage() {
      port1.close();
      resolve();
    },
  });
  port2.postMessage(undefined);
}
