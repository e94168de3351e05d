import { ModelError } from "../model-error.ts";
import { isJsonObject, parseJsonObject } from "../weights/json-file.ts";
import type { HubId } from "./hub-id.ts";
import { type HubConnection, requestHub } from "./hub-request.ts";
import { retry } from "./retry.ts";

/** What a revision of a repository holds. */
export interface RepositoryListing {
  /** The commit that the revision names; the revision itself when the server names none. */
  readonly commit: string;
  readonly files: readonly string[];
}

/** @throws ModelError "missing-file" when there is no such model, "download", "aborted". */
export async function listRepository(
  connection: HubConnection,
  { repository, revision }: HubId,
): Promise<RepositoryListing> {
  const url = `${connection.endpoint}/api/models/${repository}/revision/${encodeURIComponent(revision)}`;
  const read = (response: Response): Promise<string> => response.text();
  const text = await retry(connection, () => requestHub(connection, url, { method: "GET" }, read));
  const listing = parseListing(url, text);
  const { siblings, sha } = listing;
  const files = Array.isArray(siblings) ? siblings.map(readName) : undefined;
  if (!files?.every((file) => file !== undefined)) {
    throw new ModelError("download", `${url}: siblings: expected a list of files`);
  }
  const isCommit = typeof sha === "string" && /^[0-9a-f]{7,64}$/.test(sha);
  return { commit: isCommit ? sha : revision, files };
}

function parseListing(url: string, text: string): ReturnType<typeof parseJsonObject> {
  try {
    return parseJsonObject(url, text);
  } catch (cause) {
    throw new ModelError("download", `${url}: expected the Hub's list of files`, { cause });
  }
}

function readName(sibling: unknown): string | undefined {
  const name = isJsonObject(sibling) ? sibling.rfilename : undefined;
  return typeof name === "string" ? name : undefined;
}
