import type { HttpBindings } from "@hono/node-server";
import type { ModelHost } from "./model-host.ts";
import type { PageFiles } from "./routes/page-files.ts";
import type { ServerLimits } from "./server-limits.ts";

export interface AppOptions {
  readonly host: ModelHost;
  /** The page's built files. */
  readonly page: PageFiles;
  readonly limits: ServerLimits;
  /** Asked of every request under /v1 and /api when given. */
  readonly apiKey?: string | undefined;
  /** Host names by which a browser may reach the server; undefined for any. */
  readonly hostNames?: readonly string[] | undefined;
  /** Told of every failure that is the server's own. */
  readonly onError: (error: unknown) => void;
}

/** Node's request and response under Hono's. */
export interface AppEnvironment {
  readonly Bindings: HttpBindings;
}
