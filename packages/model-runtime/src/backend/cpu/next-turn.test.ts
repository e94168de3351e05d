import { afterEach, describe, expect, test, vi } from "vitest";
import { nextTurn } from "./next-turn.ts";

afterEach(() => vi.unstubAllGlobals());

describe("nextTurn", () => {
  test.each(["setImmediate", "a message channel"])("a timer fires meanwhile: %s", async (way) => {
    if (way !== "setImmediate") vi.stubGlobal("setImmediate", undefined);
    let fired = false;
    setTimeout(() => {
      fired = true;
    }, 0);
    for (let turns = 0; !fired && turns < 1_000_000; turns++) await nextTurn();
    expect(fired).toBe(true);
  });
});
