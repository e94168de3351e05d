import { ApiError } from "../api-error.ts";

/** Names that always mean this machine. */
const loopbackNames = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Host names under which a server bound to `host` answers. On loopback these are its own names alone: a web page whose
 * domain is made to resolve to 127.0.0.1 still sends that domain. Undefined, for any, when it is open to a network.
 */
export function allowedHostNames(host: string): readonly string[] | undefined {
  const name = host.includes(":") ? `[${host}]` : host.toLowerCase();
  const isLoopback = loopbackNames.includes(name) || /^127\.\d+\.\d+\.\d+$/.test(name);
  return isLoopback ? [...new Set([...loopbackNames, name])] : undefined;
}

/** @throws ApiError "forbidden_host" for a name that is not one of the server's. */
export function checkHost(url: URL, allowed: readonly string[] | undefined): void {
  const { hostname } = url;
  if (allowed === undefined || allowed.includes(hostname)) return;
  throw new ApiError(
    "forbidden_host",
    `host: expected ${allowed.join(", ")}, got ${hostname}: this server is for its own machine alone (see --host).`,
  );
}

/**
 * A browser names the site a request comes from. The scheme is not compared: a proxy may speak https for this server.
 * @throws ApiError "forbidden_origin" when that is not this server.
 */
export function checkOrigin(origin: string | undefined, url: URL): void {
  if (origin === undefined || hostOf(origin) === url.host) return;
  throw new ApiError(
    "forbidden_origin",
    `origin: expected ${url.origin}, got ${origin}: other sites may not use this server from a browser.`,
  );
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
