import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CellStore } from "./cell-store.ts";

describe("CellStore", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cells-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const identity = { model: "a", attention: { kind: "full" } };

  test("another store over the folder finds the result", () => {
    new CellStore(folder).write(identity, { rows: 3 });
    expect(new CellStore(folder).read(identity)).toEqual({ rows: 3 });
  });

  test("any other identity finds nothing", () => {
    const store = new CellStore(folder);
    store.write(identity, 1);
    expect(store.read({ ...identity, model: "b" })).toBeUndefined();
    expect(store.read({ ...identity, attention: { kind: "top-k" } })).toBeUndefined();
  });

  test("half a file counts as none", () => {
    const store = new CellStore(folder);
    store.write(identity, { rows: 3 });
    const [name] = readdirSync(folder);
    const text = readFileSync(join(folder, name!), "utf8");
    writeFileSync(join(folder, name!), text.slice(0, text.length / 2));
    expect(store.read(identity)).toBeUndefined();
  });

  test("fresh looks past what others wrote, not past its own", () => {
    new CellStore(folder).write(identity, "old");
    const store = new CellStore(folder, { fresh: true });
    expect(store.read(identity)).toBeUndefined();
    store.write(identity, "new");
    expect(store.read(identity)).toBe("new");
  });
});
