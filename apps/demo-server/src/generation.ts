import type {
  GeneratedToken,
  GenerateOptions,
  GenerateSummary,
  HeadLaw,
  PrefillProgress,
  Session,
} from "@sift-attention/model-runtime";
import type { RunnableModel } from "./served-model.ts";

/** A validated request, ready to run. */
export interface GenerationJob {
  readonly promptTokens: readonly number[];
  readonly options: GenerateOptions & { readonly maxTokens: number };
}

/** What happens while a job runs, in order. */
export type GenerationEvent =
  | { readonly kind: "prefill"; readonly progress: PrefillProgress }
  /** The warmup is over: the next token is sifted. */
  | { readonly kind: "laws"; readonly laws: readonly HeadLaw[] }
  | { readonly kind: "token"; readonly token: GeneratedToken }
  | { readonly kind: "end"; readonly summary: GenerateSummary };

/** Waits for a slot, runs the job in a session that nobody else uses, and gives both back however it ends. */
export async function* runGeneration(
  served: RunnableModel,
  job: GenerationJob,
  controller: AbortController,
): AsyncGenerator<GenerationEvent, void> {
  const release = await served.queue.acquire(controller.signal);
  try {
    const session = await served.sessions.take(job.promptTokens, controller.signal);
    try {
      yield* readSession(session, job, controller);
    } finally {
      served.sessions.giveBack(session);
    }
  } finally {
    release();
  }
}

async function* readSession(
  session: Session,
  job: GenerationJob,
  controller: AbortController,
): AsyncGenerator<GenerationEvent, void> {
  const progress = new Latest<PrefillProgress>();
  const tokens = session.generate(job.promptTokens, {
    ...job.options,
    signal: controller.signal,
    onPrefill: (value) => progress.set(value),
  });
  const first = tokens.next();
  try {
    yield* readPrefill(first, progress);
    yield* readTokens(session, tokens, await first);
  } finally {
    await stop(tokens, first, controller);
  }
}

/** Ends when the first token is there or has failed. */
async function* readPrefill(
  first: Promise<unknown>,
  progress: Latest<PrefillProgress>,
): AsyncGenerator<GenerationEvent, void> {
  let reading = true;
  const done = first.then(
    () => {
      reading = false;
    },
    () => {
      reading = false;
    },
  );
  while (reading) {
    await Promise.race([done, progress.changed()]);
    const value = progress.take();
    if (value) yield { kind: "prefill", progress: value };
  }
}

async function* readTokens(
  session: Session,
  tokens: AsyncGenerator<GeneratedToken, GenerateSummary>,
  first: IteratorResult<GeneratedToken, GenerateSummary>,
): AsyncGenerator<GenerationEvent, void> {
  let sifting = false;
  let result = first;
  while (!result.done) {
    const token = result.value;
    if (!sifting && token.statistics?.phase === "sift") {
      sifting = true;
      yield { kind: "laws", laws: session.laws() };
    }
    yield { kind: "token", token };
    result = await tokens.next();
  }
  yield { kind: "end", summary: result.value };
}

/** A reader that leaves early ends the generation; whatever still comes of it is thrown away. */
async function stop(
  tokens: AsyncGenerator<GeneratedToken, GenerateSummary>,
  first: Promise<unknown>,
  controller: AbortController,
): Promise<void> {
  controller.abort();
  try {
    await first;
    while (!(await tokens.next()).done);
  } catch {
    // The error that matters is the one that the reader has seen.
  }
}

/** Keeps the newest value only, so that a slow reader costs nothing. */
class Latest<T> {
  #value: T | undefined;
  #wake: () => void = () => {};

  set(value: T): void {
    this.#value = value;
    this.#wake();
  }

  take(): T | undefined {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }

  changed(): Promise<void> {
    if (this.#value !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
