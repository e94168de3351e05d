import { readFileSync } from "node:fs";
import { expectSiftProfile, ModelError, type SiftProfile } from "@sift-attention/model-runtime";
import { InvalidArgumentError } from "commander";

/** The profile in a file. @throws InvalidArgumentError that says why it cannot be read. */
export function readSiftProfile(path: string): SiftProfile {
  const value = parse(path);
  try {
    return expectSiftProfile(value);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new InvalidArgumentError(`${error.message}.`);
  }
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidArgumentError(`Expected a file of JSON: ${reason}.`);
  }
}
