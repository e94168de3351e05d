/** Whether there are files on disk and an environment: Node, or what behaves like it. */
export function isNode(): boolean {
  return globalThis.process?.versions?.node !== undefined;
}
