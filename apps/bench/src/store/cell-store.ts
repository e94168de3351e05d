import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Everything that a result depends on, as plain JSON. */
export type CellIdentity = Readonly<Record<string, unknown>>;

interface CellFile<Result> {
  readonly identity: CellIdentity;
  readonly result: Result;
}

/** Results on disk, one file each, so that an interrupted run goes on where it stopped. */
export class CellStore {
  readonly #folder: string;
  readonly #fresh: boolean;
  readonly #written: Set<string> = new Set();

  /** @param options.fresh Earlier results are measured again instead of read. */
  constructor(folder: string, { fresh = false }: { readonly fresh?: boolean } = {}) {
    this.#folder = folder;
    this.#fresh = fresh;
    mkdirSync(folder, { recursive: true });
  }

  /** The stored result of exactly this identity; undefined when there is none or its file is unreadable. */
  read<Result>(identity: CellIdentity): Result | undefined {
    const path = this.#path(identity);
    if (this.#fresh && !this.#written.has(path)) return undefined;
    try {
      const cell = JSON.parse(readFileSync(path, "utf8")) as CellFile<Result>;
      return JSON.stringify(cell.identity) === JSON.stringify(identity) ? cell.result : undefined;
    } catch {
      return undefined;
    }
  }

  /** The rename makes a file whole or absent, whenever the process ends. */
  write(identity: CellIdentity, result: unknown): void {
    const path = this.#path(identity);
    const unfinished = `${path}.${process.pid}.tmp`;
    writeFileSync(unfinished, `${JSON.stringify({ identity, result })}\n`);
    renameSync(unfinished, path);
    this.#written.add(path);
  }

  #path(identity: CellIdentity): string {
    const digest = createHash("sha256").update(JSON.stringify(identity)).digest("hex");
    return join(this.#folder, `${digest.slice(0, 32)}.json`);
  }
}
