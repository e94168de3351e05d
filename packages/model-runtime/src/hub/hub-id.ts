import { ModelError } from "../model-error.ts";

/** What to download from the Hub. */
export interface HubId {
  /** "owner/name". */
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** A .gguf file of the repository, when one is asked for. */
  readonly file: string | undefined;
}

const PATTERN =
  /^(?<repository>[\w.-]+\/[\w.-]+)(?:\/(?<file>[^@]+\.gguf))?(?:@(?<revision>[\w./-]+))?$/i;

/** Whether a text is written like an id: `owner/name`, `owner/name@revision`, `owner/name/file.gguf@revision`. */
export function isHubId(text: string): boolean {
  const { repository, file, revision } = PATTERN.exec(text)?.groups ?? {};
  return repository !== undefined && [repository, file, revision].every(isSafePath);
}

/** @throws ModelError "bad-option". */
export function parseHubId(text: string): HubId {
  if (!isHubId(text)) {
    const expected = "owner/name, owner/name@revision or owner/name/file.gguf";
    throw new ModelError(
      "bad-option",
      `model id: expected ${expected}, got ${JSON.stringify(text)}`,
    );
  }
  const { repository, file, revision } = PATTERN.exec(text)!.groups!;
  return { repository: repository!, revision: revision ?? "main", file };
}

/** Whether a relative path stays where it starts, on every platform. */
export function isSafePath(path: string | undefined): boolean {
  if (path === undefined) return true;
  const unsafe = (part: string) =>
    part === "" || part === "." || part === ".." || /[\\:\0]/.test(part);
  return !path.split("/").some(unsafe);
}
