import { ModelError } from "../model-error.ts";

/** @throws ModelError "bad-option" with the message where there is no Node. */
export function expectNode(message: string): void {
  if (globalThis.process?.versions?.node === undefined) throw new ModelError("bad-option", message);
}
