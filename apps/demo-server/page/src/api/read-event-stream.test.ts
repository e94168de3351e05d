import { describe, expect, test } from "vitest";
import { readEventStream, type StreamedEvent } from "./read-event-stream.ts";

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function readAll(text: string, cut = 0): Promise<StreamedEvent[]> {
  const bytes = new TextEncoder().encode(text);
  const events: StreamedEvent[] = [];
  for await (const event of readEventStream(streamOf([bytes.slice(0, cut), bytes.slice(cut)]))) {
    events.push(event);
  }
  return events;
}

const TEXT =
  'event: sift\ndata: {"step":2}\n\n: ping\n\ndata: über\ndata: 雪🦊\n\ndata:[DONE]\r\n\r\n';

describe("readEventStream", () => {
  test("names events, joins data lines and skips comments", async () => {
    expect(await readAll('event: sift\ndata: {"a":1}\n\n: ping\n\ndata: x\ndata: y\n\n')).toEqual([
      { event: "sift", data: '{"a":1}' },
      { event: "message", data: "x\ny" },
    ]);
  });

  test("drops an event that the stream left unfinished", async () => {
    expect(await readAll("data: whole\n\ndata: half")).toEqual([
      { event: "message", data: "whole" },
    ]);
  });

  test("gives the same events wherever the bytes are cut in two", async () => {
    const whole = await readAll(TEXT);
    expect(whole.map(({ data }) => data)).toEqual(['{"step":2}', "über\n雪🦊", "[DONE]"]);
    for (let cut = 1; cut < new TextEncoder().encode(TEXT).length; cut++) {
      expect(await readAll(TEXT, cut), `cut at byte ${cut}`).toEqual(whole);
    }
  });
});
