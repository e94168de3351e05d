import type { Decoder } from "../../layers/decoder.ts";
import type { KvCache } from "../../layers/kv-cache.ts";
import { ModelError } from "../../model-error.ts";
import { createSampler, type Sampler } from "../../sampling/sampler.ts";
import type { SamplingRules } from "../../sampling/sampling-rules.ts";
import type { PassStatistics } from "../../session/pass-statistics.ts";
import type { ModelConfig } from "../../weights/model-config.ts";
import type {
  DecodedToken,
  DecodeRow,
  RowsCall,
  RowsResult,
  SequenceSlots,
} from "../model-backend.ts";
import type { ChunkPacer } from "./chunk-pacer.ts";
import { drawToken } from "./draw-token.ts";
import { layerRules } from "./layer-rules.ts";
import { nextTurn } from "./next-turn.ts";
import { StatisticsRecorder } from "./statistics-recorder.ts";
import { resetValueSums } from "./value-sums.ts";
import { viewAttention } from "./view-attention.ts";

/** What slots work with; the decoder and its pacer are shared by all slots of a backend. */
interface CpuSlotsParts {
  readonly config: ModelConfig;
  readonly decoder: Decoder;
  readonly pacer: ChunkPacer;
  /** [slots]; the slots own them. */
  readonly caches: readonly KvCache[];
  readonly onDispose: () => void;
}

/** The length of a slot while a pass changes it, and after one that failed. */
const UNKNOWN = -1;

/** One sequence in its cache. */
interface Slot {
  readonly cache: KvCache;
  /** Of single rows: a batch reports those of all its slots together. */
  readonly recorder: StatisticsRecorder;
  /** Positions that it holds and that its value sums cover. */
  length: number;
  sampler: Sampler | undefined;
  lastToken: number;
}

/** Rows of one slot that are run. */
type SlotRows = Pick<RowsCall, "tokens" | "firstPosition" | "attention" | "onAttention">;

/** Sequences on the CPU: a call begins when those before it are done and the event loop has turned. */
export class CpuSlots implements SequenceSlots {
  readonly capacity: number;
  readonly byteLength: number;
  readonly valueRowBytes: number;
  readonly #parts: CpuSlotsParts;
  readonly #slots: readonly Slot[];
  readonly #recorder: StatisticsRecorder;
  #logits: Float32Array | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isDisposed = false;

  constructor(parts: CpuSlotsParts) {
    const { config, decoder, caches } = parts;
    this.#parts = parts;
    this.capacity = caches[0]!.capacity;
    this.byteLength = caches.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.valueRowBytes = config.headDim * Float32Array.BYTES_PER_ELEMENT;
    this.#recorder = new StatisticsRecorder(config, decoder.maxRows);
    this.#slots = caches.map((cache) => ({
      cache,
      recorder: new StatisticsRecorder(config, 1),
      length: 0,
      sampler: undefined,
      lastToken: 0,
    }));
  }

  get slots(): number {
    return this.#slots.length;
  }

  /** There is nothing to compile. */
  async prepare(): Promise<void> {}

  startSampling(
    slot: number,
    rules: SamplingRules,
    prompt: readonly number[],
    generated: readonly number[] = [],
  ): void {
    const { vocabularySize } = this.#parts.config;
    const sampler = createSampler(rules, vocabularySize, prompt, generated);
    this.#last = this.#last.then(() => {
      this.#slots[slot]!.sampler = sampler;
    });
  }

  run(call: RowsCall): Promise<RowsResult> {
    return this.#inTurn(async () => {
      await this.#nextTurn();
      const slot = this.#slots[call.slot]!;
      const statistics = this.#forward(slot, call, this.#recorder);
      const rows = call.tokens.length;
      if (call.want === "logits") return { statistics, logits: this.#copyLogits(rows) };
      if (call.want === "nothing") return { statistics };
      return { statistics, token: this.#draw(slot, rows - 1, call.draw) };
    });
  }

  /** One row after the other, each on its own turn. */
  decode(rows: readonly DecodeRow[]): Promise<readonly DecodedToken[]> {
    return this.#inTurn(async () => {
      const decoded: DecodedToken[] = [];
      for (const { slot: index, position, attention, draw } of rows) {
        await this.#nextTurn();
        const slot = this.#slots[index]!;
        const row = { tokens: [slot.lastToken], firstPosition: position, attention };
        const statistics = this.#forward(slot, row, slot.recorder);
        decoded.push({ ...this.#draw(slot, 0, draw), slot: index, statistics });
      }
      return decoded;
    });
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const { cache } of this.#slots) cache.dispose();
    this.#parts.onDispose();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Lets others have the event loop. @throws ModelError "disposed" when that happened meanwhile. */
  async #nextTurn(): Promise<void> {
    await nextTurn();
    if (this.#isDisposed) throw new ModelError("disposed", "slots: they were disposed of");
  }

  #forward(slot: Slot, row: SlotRows, recorder: StatisticsRecorder): PassStatistics {
    const { config, decoder, pacer } = this.#parts;
    const { tokens, firstPosition, attention, onAttention } = row;
    const { rule, quantile, sample } = attention;
    if (firstPosition === 0 || firstPosition !== slot.length) {
      resetValueSums(slot.cache, config, firstPosition);
    }
    slot.length = UNKNOWN;
    const startMs = performance.now();
    const pass = recorder.begin(firstPosition, tokens.length, attention);
    decoder.forward({
      tokens,
      firstPosition,
      cache: slot.cache,
      attention: {
        rule: layerRules(rule, tokens.length, config.queryHeads),
        ...(quantile !== undefined && { quantile }),
        ...(sample && { sample }),
        observe(layer, statistics, call) {
          recorder.record(pass, layer, statistics);
          onAttention?.(viewAttention(layer, call, statistics));
        },
      },
    });
    pacer.observe(tokens.length, performance.now() - startMs);
    slot.length = firstPosition + tokens.length;
    return pass;
  }

  #draw(slot: Slot, row: number, draw: RowsCall["draw"]): ReturnType<typeof drawToken> {
    if (!slot.sampler || !draw) {
      throw new ModelError("bad-option", "slots: a token is drawn before startSampling");
    }
    const token = drawToken(slot.sampler, this.#parts.decoder.logits(row, 1), draw);
    slot.lastToken = token.id;
    return token;
  }

  /** Copies the logits of the last pass, which other slots overwrite, into the same array each time. */
  #copyLogits(rows: number): Float32Array {
    const { config, decoder } = this.#parts;
    const { vocabularySize } = config;
    this.#logits ??= new Float32Array(decoder.maxRows * vocabularySize);
    for (let row = 0; row < rows; row += decoder.maxLogitsRows) {
      const part = decoder.logits(row, Math.min(decoder.maxLogitsRows, rows - row));
      this.#logits.set(part, row * vocabularySize);
    }
    return this.#logits.subarray(0, rows * vocabularySize);
  }
}
