import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ApiError } from "./api-error.ts";
import type { AppEnvironment, AppOptions } from "./app-options.ts";
import { asApiError } from "./as-api-error.ts";
import { beforeTimeout } from "./before-timeout.ts";
import { createApp } from "./create-app.ts";

/** A client has this long to send its whole request. */
const requestTimeoutMs = 60_000;
/** After the running requests were aborted, their last bytes have this long to leave. */
const flushMs = 1_000;

/** A server that listens. */
export interface HttpServer {
  /** For people and browsers: http://127.0.0.1:7438 */
  readonly url: string;
  /**
   * Takes no more requests, lets the running ones end for as long as the limits say, then aborts them. Resolves when the
   * last connection is closed. Calling it again waits for the same.
   */
  close(): Promise<void>;
}

/** @throws the system's error, with its `code`, when the address cannot be listened on. */
export async function openHttpServer(
  options: AppOptions,
  address: { readonly host: string; readonly port: number },
): Promise<HttpServer> {
  const app = createApp(options);
  const listener = getRequestListener(
    (request, env) => app.fetch(request, env as AppEnvironment["Bindings"]),
    { overrideGlobalObjects: false, errorHandler: answerBadRequest },
  );
  const server = createServer({ requestTimeout: requestTimeoutMs }, (incoming, outgoing) => {
    outgoing.once("close", () => closeIdle(server));
    void listener(incoming, outgoing);
  });
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  return {
    url: writeUrl(address.host, port),
    close() {
      closed ??= drain(server, options);
      return closed;
    },
  };
}

/** What the adapter itself refuses: no host, a host or a target that is no URL. */
function answerBadRequest(error: unknown): Response {
  const message = error instanceof Error ? error.message : String(error);
  return asApiError(new ApiError("invalid_request", `${message}.`)).response();
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Addresses that mean every interface are reached by this machine's own name. */
function writeUrl(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

/** A connection that was kept alive would hold a closing server open. */
function closeIdle(server: Server): void {
  if (!server.listening) setImmediate(() => server.closeIdleConnections());
}

async function drain(server: Server, { host, limits }: AppOptions): Promise<void> {
  host.close();
  const closed = new Promise<true>((resolve) => server.close(() => resolve(true)));
  if (await beforeTimeout(closed, limits.drainMs)) return;
  host.abortRunning();
  if (await beforeTimeout(closed, flushMs)) return;
  server.closeAllConnections();
  await closed;
}
