import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { StartProgress } from "./start-progress.ts";

/** A terminal, or a log file, that remembers what was written. */
function createStream(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100 });
  return { stream, written: () => String(stream.read() ?? "") };
}

describe("StartProgress", () => {
  test("writes a line for each stage and each file into a log", () => {
    const { stream, written } = createStream(false);
    const progress = new StartProgress(stream);
    const download = { stage: "download", bytesTotal: 8 } as const;
    progress.report({ ...download, item: "a.gguf", bytesDone: 0 });
    progress.report({ ...download, item: "a.gguf", bytesDone: 8 });
    progress.report({ ...download, item: "b.gguf", bytesDone: 0 });
    progress.report({ stage: "weights", item: "first", bytesDone: 0, bytesTotal: 4 });
    progress.report({ stage: "weights", item: "second", bytesDone: 4, bytesTotal: 4 });
    progress.say("ready");
    expect(written()).toBe(
      "Downloading a.gguf …\nDownloading b.gguf …\nLoading the weights …\nready\n",
    );
  });

  test("draws a bar on a terminal once the size is known", () => {
    const { stream, written } = createStream(true);
    const progress = new StartProgress(stream);
    const download = { stage: "download", item: "a.gguf" } as const;
    progress.report({ ...download, bytesDone: 0, bytesTotal: 0 });
    expect(written()).toBe("");
    progress.report({ ...download, bytesDone: 2 ** 19, bytesTotal: 2 ** 20 });
    progress.stop();
    expect(written()).toContain("50 % of 1.0 MiB");
  });
});
