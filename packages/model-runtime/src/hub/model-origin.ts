import { ModelError } from "../model-error.ts";
import { parseHubId } from "./hub-id.ts";
import type { HubConnection } from "./hub-request.ts";
import { listRepository, type ModelListing } from "./repository-listing.ts";
import { createSha256 } from "./sha256.ts";
import { ggufName, listUrl } from "./url-listing.ts";

/** A model that can be fetched, on the Hub or at a URL. */
export interface ModelOrigin {
  /** What the user calls it. */
  readonly id: string;
  /** For messages. */
  readonly name: string;
  /** Where its revisions are kept, below the store. */
  readonly folder: string;
  /** The file in `folder` that says what is there. */
  readonly receipt: string;
  /** The .gguf file that is asked for. */
  readonly file: string | undefined;
  list(connection: HubConnection): Promise<ModelListing>;
}

/** @throws ModelError "bad-option" for what is neither an id nor a URL of the web. */
export function parseOrigin(source: string | URL): ModelOrigin {
  const url = typeof source === "string" ? parseUrl(source) : source;
  return url ? urlOrigin(url) : hubOrigin(String(source));
}

/** A text that is written as a URL, not as an id or a path: C:\model is none. */
export function parseUrl(text: string): URL | undefined {
  return /^(https?|file):\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

function hubOrigin(id: string): ModelOrigin {
  const hubId = parseHubId(id);
  const folder = `hub/${hubId.repository.replace("/", "--")}`;
  return {
    id,
    name: hubId.repository,
    folder,
    receipt: `${folder}/receipts/${encodeURIComponent(id)}`,
    file: hubId.file,
    list: (connection) => listRepository(connection, hubId),
  };
}

function urlOrigin(url: URL): ModelOrigin {
  if (!/^https?:$/.test(url.protocol)) {
    throw new ModelError("bad-option", `model URL: expected http: or https:, got ${url}`);
  }
  const digest = createSha256();
  digest.update(new TextEncoder().encode(url.href));
  const folder = `url/${digest.hex().slice(0, 16)}`;
  return {
    id: url.href,
    name: url.href,
    folder,
    receipt: `${folder}/receipts/model`,
    file: ggufName(url),
    list: (connection) => listUrl(connection, url),
  };
}
