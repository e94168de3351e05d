import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { onParentGone } from "./parent-watch.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("onParentGone", () => {
  test("tells once that another process has taken the parent's place", () => {
    let parent = 40;
    const gone = vi.fn();
    onParentGone(gone, { parent: () => parent });
    vi.advanceTimersByTime(1000);
    expect(gone).not.toHaveBeenCalled();
    parent = 1;
    vi.advanceTimersByTime(1000);
    expect(gone).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("watches no more when it is told to end", () => {
    let parent = 40;
    const gone = vi.fn();
    onParentGone(gone, { parent: () => parent })();
    parent = 1;
    vi.advanceTimersByTime(1000);
    expect(gone).not.toHaveBeenCalled();
  });
});
