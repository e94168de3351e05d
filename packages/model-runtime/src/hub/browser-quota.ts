import { ModelError } from "../model-error.ts";
import type { BrowserStorage } from "./opfs.ts";

/** What the browser lends to the page's origin, in bytes. */
export interface StorageRoom {
  readonly available: number;
  readonly usage: number;
  readonly quota: number;
}

/** Undefined where the browser does not say. */
export async function readRoom({ storage }: BrowserStorage): Promise<StorageRoom | undefined> {
  const { usage, quota } = (await storage?.estimate?.().catch(() => undefined)) ?? {};
  if (usage === undefined || quota === undefined) return undefined;
  return { available: Math.max(0, quota - usage), usage, quota };
}

/** @param byteLength Bytes asked for, undefined when it is not known how many more. */
export function quotaError(
  what: string,
  byteLength: number | undefined,
  room: StorageRoom | undefined,
  cause?: unknown,
): ModelError {
  const asked = byteLength === undefined ? "more room" : `${formatMegabytes(byteLength)} more`;
  const lent = room
    ? `${formatMegabytes(room.available)} (${formatMegabytes(room.usage)} of ${formatMegabytes(room.quota)} are used)`
    : "none";
  const way = "remove cached models or free space on the disk; what came is kept";
  const message = `${what}: expected ${asked} in the browser's storage, it lends ${lent}; ${way}`;
  return new ModelError("quota", message, { cause });
}

/** @throws ModelError "quota" for storage that is full, "download" for what else went wrong while storing. */
export async function failStoring(browser: BrowserStorage, cause: unknown): Promise<never> {
  if (cause instanceof DOMException && cause.name === "QuotaExceededError") {
    throw quotaError("download", undefined, await readRoom(browser), cause);
  }
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  throw new ModelError("download", `download: the browser's storage failed${reason}`, { cause });
}

function formatMegabytes(byteLength: number): string {
  const megabytes = byteLength / 1e6;
  return `${megabytes.toFixed(megabytes < 10 ? 1 : 0)} MB`;
}
