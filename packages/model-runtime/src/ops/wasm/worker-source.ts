/**
 * What a worker thread runs, in Node and in browsers: instantiates the module it is sent over the shared memory, says
 * so, and serves until the memory says stop.
 */
export const workerSource = `
function serve({ module, memory, index }, tell) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  tell("ready");
  exports.work(index);
}
const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node) serve(node.workerData, (message) => node.parentPort.postMessage(message));
else onmessage = ({ data }) => serve(data, postMessage);
`;
