import { ModelError } from "../../model-error.ts";
import { llama } from "./llama.ts";
import type { ModelFamily } from "./model-family.ts";

/** Every architecture that opens; a further one is a file and an entry here. */
const FAMILIES: readonly ModelFamily[] = [llama];

/** @throws ModelError "unsupported-architecture" with the list of those that are supported. */
export function findModelFamily(where: string, name: string): ModelFamily {
  const family = FAMILIES.find((candidate) => candidate.name === name);
  if (family) return family;
  const known = FAMILIES.map((candidate) => candidate.name).join(", ");
  const message = `${where}: architecture ${JSON.stringify(name)} is not supported; there is ${known}`;
  throw new ModelError("unsupported-architecture", message);
}
