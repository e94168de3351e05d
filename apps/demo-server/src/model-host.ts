import { ApiError } from "./api-error.ts";
import { type GenerationEvent, type GenerationJob, runGeneration } from "./generation.ts";
import type { ServedModel } from "./served-model.ts";

/** The place where the model will be once it is loaded, and from which it goes when the server shuts down. */
export class ModelHost {
  #served: ServedModel | undefined;
  #closed: ApiError | undefined;
  readonly #running = new Set<AbortController>();

  open(served: ServedModel): void {
    this.#served = served;
    if (this.#closed) served.queue.close(this.#closed);
  }

  /** @throws ApiError "model_loading" before `open`, "shutting_down" after `close`. */
  expectReady(): ServedModel {
    if (this.#closed) throw this.#closed;
    if (this.#served) return this.#served;
    throw new ApiError("model_loading", "The model is still loading: try again in a moment.", {
      retryAfterSeconds: 1,
    });
  }

  /** Runs a job that `controller` and `abortRunning` can end. @throws as `expectReady`. */
  async *run(
    job: GenerationJob,
    controller: AbortController,
  ): AsyncGenerator<GenerationEvent, void> {
    const served = this.expectReady();
    this.#running.add(controller);
    try {
      yield* runGeneration(served, job, controller);
    } finally {
      this.#running.delete(controller);
    }
  }

  /** Takes no more requests and sends those away that wait; running generations go on. */
  close(): void {
    this.#closed = new ApiError("shutting_down", "The server is shutting down.", {
      headers: { connection: "close" },
    });
    this.#served?.queue.close(this.#closed);
  }

  /** Ends the running generations with an error. */
  abortRunning(): void {
    for (const controller of this.#running) controller.abort(this.#closed);
  }
}
