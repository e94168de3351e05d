import type { LoadProgress } from "@sift-attention/model-runtime";
import { SingleBar } from "cli-progress";

const stages: Readonly<Record<LoadProgress["stage"], string>> = {
  download: "Downloading",
  weights: "Loading the weights",
  tokenizer: "Reading the tokenizer",
  backend: "Starting the backend",
};

/** Shows how far the start has come: a bar for people, a line a stage for logs. */
export class StartProgress {
  readonly #stream: NodeJS.WriteStream;
  #stage: LoadProgress["stage"] | undefined;
  #bar: SingleBar | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  report(progress: LoadProgress): void {
    if (progress.stage !== this.#stage) this.#begin(progress);
    if (progress.bytesTotal === 0) return;
    this.#bar?.setTotal(progress.bytesTotal);
    this.#bar?.update(progress.bytesDone, describe(progress));
  }

  say(line: string): void {
    this.stop();
    this.#stream.write(`${line}\n`);
  }

  /** Takes the bar away. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#stage = undefined;
  }

  #begin(progress: LoadProgress): void {
    this.stop();
    this.#stage = progress.stage;
    if (!this.#stream.isTTY) this.#stream.write(`${stages[progress.stage]} …\n`);
    else if (progress.bytesTotal > 0) this.#bar = this.#createBar(progress);
  }

  #createBar(progress: LoadProgress): SingleBar {
    const bar = new SingleBar({
      stream: this.#stream,
      format: `${stages[progress.stage]} {bar} {percentage} % of {size} {item}`,
      barCompleteChar: "━",
      barIncompleteChar: " ",
      barsize: 32,
      clearOnComplete: true,
      etaBuffer: 32,
      hideCursor: null,
    });
    bar.start(progress.bytesTotal, progress.bytesDone, describe(progress));
    return bar;
  }
}

function describe({ bytesTotal, item }: LoadProgress): { size: string; item: string } {
  return { size: `${(bytesTotal / 2 ** 20).toFixed(1)} MiB`, item };
}
