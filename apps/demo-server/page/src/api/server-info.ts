import type { ServerInfo } from "../../../src/live-events.ts";
import { failureOf, RequestFailed, unreachable } from "./failure.ts";

/** What the server runs. @throws RequestFailed */
export async function readServerInfo(apiKey: string): Promise<ServerInfo> {
  const headers: HeadersInit = apiKey === "" ? {} : { authorization: `Bearer ${apiKey}` };
  const response = await fetch("api/info", { headers }).catch(() => {
    throw new RequestFailed(unreachable());
  });
  if (!response.ok) throw new RequestFailed(await failureOf(response));
  return (await response.json()) as ServerInfo;
}
