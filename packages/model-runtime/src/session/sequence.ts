import type { Decoder } from "../layers/decoder.ts";
import type { KvCache } from "../layers/kv-cache.ts";
import { ModelError } from "../model-error.ts";
import type { ModelConfig } from "../weights/model-config.ts";
import type { PlannedRows } from "./attention-schedule.ts";
import type { ChunkPacer } from "./chunk-pacer.ts";
import { nextTurn } from "./next-turn.ts";
import { type PassStatistics, StatisticsRecorder } from "./pass-statistics.ts";

/** One sequence: its cache, and the rules of who may use it when. */
export class Sequence {
  readonly config: ModelConfig;
  readonly decoder: Decoder;
  readonly pacer: ChunkPacer;
  readonly cache: KvCache;
  readonly #recorder: StatisticsRecorder;
  #isRunning = false;
  #isDisposed = false;

  constructor(config: ModelConfig, decoder: Decoder, pacer: ChunkPacer, cache: KvCache) {
    this.config = config;
    this.decoder = decoder;
    this.pacer = pacer;
    this.cache = cache;
    this.#recorder = new StatisticsRecorder(config, decoder.maxRows);
  }

  /** Starts over with an empty cache. @throws ModelError "busy", "disposed". */
  begin(): void {
    this.expectOpen();
    if (this.#isRunning) {
      throw new ModelError(
        "busy",
        "session: expected no other generation or scoring, one is running; wait for it, end it or open another session",
      );
    }
    this.#isRunning = true;
    this.cache.reset();
  }

  /** Lets the next one begin. */
  end(): void {
    this.#isRunning = false;
  }

  /** Runs the planned rows through all layers. */
  run(tokens: readonly number[], firstPosition: number, plan: PlannedRows): PassStatistics {
    const startMs = performance.now();
    const pass = this.#recorder.begin(firstPosition, plan.rows, plan.quantile !== undefined);
    this.decoder.forward({
      tokens: tokens.slice(firstPosition, firstPosition + plan.rows),
      firstPosition,
      cache: this.cache,
      attention: {
        rule: plan.rule,
        ...(plan.quantile !== undefined && { quantile: plan.quantile }),
        observe: (layer, statistics) => this.#recorder.record(layer, statistics),
      },
    });
    this.pacer.observe(plan.rows, performance.now() - startMs);
    return pass;
  }

  /** Lets the event loop turn. @throws ModelError "disposed" when that happened meanwhile. */
  async pause(): Promise<void> {
    await nextTurn();
    this.expectOpen();
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.cache.dispose();
  }

  /** @throws ModelError "disposed". */
  expectOpen(): void {
    if (!this.#isDisposed) return;
    throw new ModelError("disposed", "session: it was disposed of; create another one");
  }
}
