import { describe, expect, test } from "vitest";
import { ApiError } from "./api-error.ts";
import { GenerationQueue } from "./generation-queue.ts";

const forever = new AbortController().signal;

describe("GenerationQueue", () => {
  test("hands slots out in the order they were asked for", async () => {
    const queue = new GenerationQueue({ slots: 1, waiting: 3 });
    const order: number[] = [];
    const first = await queue.acquire(forever);
    const others = [1, 2, 3].map(async (number) => {
      const release = await queue.acquire(forever);
      order.push(number);
      release();
    });
    expect([queue.running, queue.waiting]).toEqual([1, 3]);
    first();
    await Promise.all(others);
    expect(order).toEqual([1, 2, 3]);
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
  });

  test("never runs more than its slots, and a second release frees nothing", async () => {
    const queue = new GenerationQueue({ slots: 2, waiting: 1 });
    const first = await queue.acquire(forever);
    await queue.acquire(forever);
    const third = queue.acquire(forever);
    first();
    first();
    await third;
    expect([queue.running, queue.waiting]).toEqual([2, 0]);
  });

  test("refuses whoever would wait past the limit, and says when to come back", async () => {
    let nowMs = 0;
    const queue = new GenerationQueue({ slots: 1, waiting: 1, now: () => nowMs });
    const release = await queue.acquire(forever);
    const waiting = queue.acquire(forever);
    const refused = await queue.acquire(forever).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiError);
    const response = (refused as ApiError).response();
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("2");
    expect(response.headers.has("x-should-retry")).toBe(false);
    nowMs = 41_000;
    release();
    await waiting;
    void queue.acquire(forever);
    const later = await queue.acquire(forever).catch((error: unknown) => error);
    expect((later as ApiError).response().headers.get("retry-after")).toBe("22");
  });

  test("lets go of a waiter whose signal aborts, and of nobody else", async () => {
    const queue = new GenerationQueue({ slots: 1, waiting: 2 });
    const release = await queue.acquire(forever);
    const controller = new AbortController();
    const leaving = queue.acquire(controller.signal);
    const staying = queue.acquire(forever);
    controller.abort(new Error("gone"));
    await expect(leaving).rejects.toThrow("gone");
    expect(queue.waiting).toBe(1);
    release();
    await staying;
    await expect(queue.acquire(controller.signal)).rejects.toThrow("gone");
    expect([queue.running, queue.waiting]).toEqual([1, 0]);
  });

  test("a closed queue sends everyone away", async () => {
    const queue = new GenerationQueue({ slots: 1, waiting: 2 });
    await queue.acquire(forever);
    const waiting = queue.acquire(forever);
    queue.close(new ApiError("shutting_down", "closing"));
    await expect(waiting).rejects.toThrow("closing");
    await expect(queue.acquire(forever)).rejects.toThrow("closing");
  });
});
