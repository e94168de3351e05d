import { ModelError } from "../model-error.ts";
import type { DecoderFamily } from "./decoder.ts";
import { llamaFamily } from "./families/llama.ts";

const FAMILIES: readonly DecoderFamily[] = [llamaFamily];

/** @throws ModelError "unsupported-architecture", naming those that are there. */
export function findFamily(name: string): DecoderFamily {
  const found = FAMILIES.find((family) => family.name === name);
  if (found) return found;
  throw new ModelError(
    "unsupported-architecture",
    `family: expected one of ${FAMILIES.map((family) => family.name).join(", ")}, got "${name}"`,
  );
}
