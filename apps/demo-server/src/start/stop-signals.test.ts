import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { onStopSignals } from "./stop-signals.ts";

function listen() {
  const source = new EventEmitter();
  const calls: (number | "stop")[] = [];
  const clock = { nowMs: 0 };
  const forget = onStopSignals(source, {
    stop: () => calls.push("stop"),
    kill: (exitCode) => calls.push(exitCode),
    now: () => clock.nowMs,
  });
  return { source, calls, clock, forget };
}

describe("onStopSignals", () => {
  test("stops at the first signal and ends at once at the second", () => {
    const { source, calls, clock } = listen();
    source.emit("SIGTERM", "SIGTERM");
    clock.nowMs = 500;
    source.emit("SIGTERM", "SIGTERM");
    source.emit("SIGINT", "SIGINT");
    expect(calls).toEqual(["stop", 143, 130]);
  });

  test("takes the same Ctrl-C from the terminal and from npm for one", () => {
    const { source, calls, clock } = listen();
    source.emit("SIGINT", "SIGINT");
    clock.nowMs = 499;
    source.emit("SIGINT", "SIGINT");
    expect(calls).toEqual(["stop"]);
  });

  test("listens no more when it is told to forget", () => {
    const { source, calls, forget } = listen();
    forget();
    expect(source.listenerCount("SIGINT") + source.listenerCount("SIGTERM")).toBe(0);
    expect(calls).toEqual([]);
  });
});
