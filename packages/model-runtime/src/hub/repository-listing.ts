import { ModelError } from "../model-error.ts";
import { isJsonObject, type JsonObject, parseJsonObject } from "../weights/json-file.ts";
import type { HubId } from "./hub-id.ts";
import { type HubConnection, requestHub } from "./hub-request.ts";
import type { RemoteFile } from "./remote-file.ts";
import { retry } from "./retry.ts";

/** What a revision of a model holds. */
export interface ModelListing {
  /** Names the content: the commit, or the revision itself when the server names none. */
  readonly commit: string;
  /** By path. What the server does not tell of a file is asked for when it is fetched. */
  readonly files: ReadonlyMap<string, ListedFile>;
}

export type ListedFile = Pick<RemoteFile, "url"> & Partial<RemoteFile>;

/** @throws ModelError "missing-file" when there is no such model, "download", "aborted". */
export async function listRepository(
  connection: HubConnection,
  { repository, revision }: HubId,
): Promise<ModelListing> {
  const name = encodeURIComponent(revision);
  const url = `${connection.endpoint}/api/models/${repository}/revision/${name}?blobs=true`;
  const read = (response: Response): Promise<string> => response.text();
  const text = await retry(connection, () => requestHub(connection, url, { method: "GET" }, read));
  const { siblings, sha } = parseListing(url, text);
  const commit = typeof sha === "string" && /^[0-9a-f]{7,64}$/.test(sha) ? sha : revision;
  const base = `${connection.endpoint}/${repository}/resolve/${encodeURIComponent(commit)}`;
  const files = Array.isArray(siblings) ? siblings.map((file) => readFile(base, file)) : [];
  if (!Array.isArray(siblings) || !files.every((file) => file !== undefined)) {
    throw new ModelError("download", `${url}: siblings: expected a list of files`);
  }
  return { commit, files: new Map(files) };
}

function parseListing(url: string, text: string): JsonObject {
  try {
    return parseJsonObject(url, text);
  } catch (cause) {
    throw new ModelError("download", `${url}: expected the Hub's list of files`, { cause });
  }
}

function readFile(base: string, sibling: unknown): readonly [string, ListedFile] | undefined {
  if (!isJsonObject(sibling) || typeof sibling.rfilename !== "string") return undefined;
  const path = sibling.rfilename;
  const url = `${base}/${path.split("/").map(encodeURIComponent).join("/")}`;
  return [path, { url, ...readContent(sibling) }];
}

/** Large files are named by their SHA-256, others by git's id. Both or nothing: mirrors may leave them out. */
function readContent({ size, blobId, lfs }: JsonObject): Partial<RemoteFile> {
  const large = isJsonObject(lfs) ? lfs : {};
  const sha256 = typeof large.sha256 === "string" ? large.sha256.toLowerCase() : undefined;
  const etag = sha256 ?? (typeof blobId === "string" ? blobId : undefined);
  if (typeof size !== "number" || etag === undefined) return {};
  return { byteLength: size, etag, sha256 };
}
