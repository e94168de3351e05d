import type { LoadProgress } from "@sift-attention/model-runtime";
import { SingleBar } from "cli-progress";

const stages: Readonly<Record<LoadProgress["stage"], string>> = {
  download: "Downloading",
  weights: "Loading the weights",
  tokenizer: "Reading the tokenizer",
  backend: "Starting the backend",
};

/** Where progress is shown: a terminal or a log. */
type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Shows how far the start has come: a bar for people, a line for each stage and download in logs. */
export class StartProgress {
  readonly #stream: ProgressStream;
  #task: string | undefined;
  #bar: SingleBar | undefined;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  report(progress: LoadProgress): void {
    const task = nameTask(progress);
    if (task !== this.#task) this.#begin(task);
    if (!this.#stream.isTTY || progress.bytesTotal === 0) return;
    const { bytesDone, bytesTotal } = progress;
    this.#bar ??= createBar(this.#stream, task, progress);
    this.#bar.setTotal(bytesTotal);
    this.#bar.update(bytesDone);
  }

  say(line: string): void {
    this.stop();
    this.#stream.write(`${line}\n`);
  }

  /** Takes the bar away. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#task = undefined;
  }

  #begin(task: string): void {
    this.stop();
    this.#task = task;
    if (!this.#stream.isTTY) this.#stream.write(`${task} …\n`);
  }
}

/** Files are downloaded one after the other; tensors are too many to name. */
function nameTask({ stage, item }: LoadProgress): string {
  return stage === "download" ? `${stages[stage]} ${item}` : stages[stage];
}

function createBar(
  stream: ProgressStream,
  task: string,
  { bytesDone, bytesTotal }: LoadProgress,
): SingleBar {
  const bar = new SingleBar({
    stream,
    format: `${task} {bar} {percentage} % of {size}`,
    barCompleteChar: "━",
    barIncompleteChar: "╌",
    barsize: 32,
    clearOnComplete: true,
    hideCursor: null,
  });
  bar.start(bytesTotal, bytesDone, { size: `${(bytesTotal / 2 ** 20).toFixed(1)} MiB` });
  return bar;
}
