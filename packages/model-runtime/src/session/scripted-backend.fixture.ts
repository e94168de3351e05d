import { createTinyModel, TINY_CONFIG, type TinyModelOptions } from "../../test/tiny-model.ts";
import type { PassAttention } from "../backend/attention-rule.ts";
import type {
  DecodedToken,
  DrawnToken,
  DrawOptions,
  ModelBackend,
  RowsResult,
  SequenceSlots,
} from "../backend/model-backend.ts";
import { BackendHost } from "../model/backend-host.ts";
import { createModel } from "../model/create-model.ts";
import { describeModel } from "../model/describe-model.ts";
import type { Model } from "../model.ts";
import { ModelError, type ModelErrorCode } from "../model-error.ts";
import type { PassStatistics } from "./pass-statistics.ts";

/** A call that was made, in words: "run 0: 0…3", "decode 0@4 1@7". */
export type ScriptedCall = string;

/**
 * A backend without a model: like a device it takes calls in order and answers them later, and the token it draws
 * depends on every token, threshold and random number before it, so that one that is lost, doubled or out of order
 * changes all that follow.
 */
export interface ScriptedBackend extends ModelBackend {
  readonly calls: ScriptedCall[];
  /** Calls that were made and not answered. */
  readonly pending: number;
  /** From now on calls are answered by `answer` alone. */
  hold(): void;
  /** Answers the oldest call. */
  answer(): Promise<void>;
  /** The device goes after so many more calls, the next ones included: 0 for now. */
  loseAfter(calls: number): void;
  /** The call after so many more fails. */
  failAfter(calls: number, code: ModelErrorCode): void;
  readonly isDisposed: boolean;
}

interface ScriptOptions {
  readonly decodesAhead?: number;
  readonly maxRows?: number;
}

const { layers, queryHeads, kvHeads } = TINY_CONFIG;

export function createScriptedBackend(options: ScriptOptions = {}): ScriptedBackend {
  const calls: ScriptedCall[] = [];
  const answers: (() => void)[] = [];
  let isHeld = false;
  let isLost = false;
  let isDisposed = false;
  let callsToLoss = Infinity;
  let failure = { calls: Infinity, code: "bad-logits" as ModelErrorCode };
  /** Overwritten by each call that is answered, as the contract allows. */
  const view = createPass();

  function call<Result>(name: string, work: () => Result): Promise<Result> {
    calls.push(name);
    isLost ||= callsToLoss-- <= 0;
    const failing = failure.calls-- === 0;
    const result = isLost ? undefined : work();
    return new Promise((resolve, reject) => {
      const answer = (): void => {
        if (isLost) reject(new ModelError("device-lost", "scripted: the device is lost"));
        else if (isDisposed) reject(new ModelError("disposed", "scripted: disposed of"));
        else if (failing) reject(new ModelError(failure.code, "scripted: the call failed"));
        else resolve(result as Result);
      };
      if (isHeld) answers.push(answer);
      else setImmediate(answer);
    });
  }

  return {
    kind: "webgpu",
    description: "scripted",
    weightBytes: 0,
    maxRows: options.maxRows ?? 5,
    decodesAhead: options.decodesAhead ?? 2,
    calls,
    get pending() {
      return answers.length;
    },
    get isDisposed() {
      return isDisposed;
    },
    hold() {
      isHeld = true;
    },
    async answer() {
      answers.shift()!();
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    },
    loseAfter(count) {
      callsToLoss = count;
    },
    failAfter(count, code) {
      failure = { calls: count, code };
    },
    async createSlots({ slots, capacity }) {
      if (isLost) throw new ModelError("device-lost", "scripted: the device is lost");
      return createSlots(slots, capacity, call, view, answers);
    },
    async dispose() {
      isDisposed = true;
    },
  };
}

function createSlots(
  count: number,
  capacity: number,
  call: <Result>(name: string, work: () => Result) => Promise<Result>,
  view: PassStatistics,
  answers: (() => void)[],
): SequenceSlots {
  const slots = Array.from({ length: count }, () => new ScriptedSlot(capacity));
  let isDisposed = false;
  const disposable = async <Result>(result: Promise<Result>): Promise<Result> => {
    const value = await result;
    if (isDisposed) throw new ModelError("disposed", "scripted: disposed of");
    return value;
  };
  return {
    slots: count,
    capacity,
    byteLength: 100 * count * capacity,
    valueRowBytes: 16,
    async prepare() {},
    startSampling(slot, rules, prompt, generated = []) {
      slots[slot]!.drawn = generated.length;
      slots[slot]!.salt = rules.seed + prompt.length;
    },
    run({ slot, tokens, firstPosition, attention, want, draw }) {
      const last = firstPosition + tokens.length - 1;
      return disposable(
        call(`run ${slot}: ${firstPosition}…${last}`, () => {
          for (const [i, id] of tokens.entries()) {
            slots[slot]!.write(firstPosition + i, id, attention, i);
          }
          return want === "token" ? slots[slot]!.draw(draw!) : undefined;
        }),
      ).then((token): RowsResult => {
        const statistics = fill(view, firstPosition, tokens.length);
        return { statistics, ...(token && { token }) };
      });
    },
    decode(rows) {
      const places = rows.map(({ slot, position }) => ` ${slot}@${position}`);
      return disposable(
        call(`decode${places.join("")}`, () =>
          rows.map(({ slot, position, attention, draw }) => {
            slots[slot]!.write(position, slots[slot]!.last, attention, 0);
            return { slot, position, ...slots[slot]!.draw(draw) };
          }),
        ),
      ).then((tokens): DecodedToken[] =>
        tokens.map(({ position, ...token }) => ({
          ...token,
          statistics: rows.length === 1 ? fill(view, position, 1) : fill(createPass(), position, 1),
        })),
      );
    },
    dispose() {
      isDisposed = true;
      for (const answer of answers.splice(0)) answer();
    },
  };
}

class ScriptedSlot {
  readonly #capacity: number;
  /** A digest of all rows up to each position. */
  readonly #digests: number[] = [];
  drawn = 0;
  salt = 0;
  last = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  write(position: number, id: number, { rule, quantile }: PassAttention, row: number): void {
    if (position > this.#digests.length || position >= this.#capacity) {
      throw new Error(`scripted: no row ${position} of ${this.#digests.length}`);
    }
    this.#digests.length = position;
    const thresholds = rule.kind === "sift" ? (rule.logThresholds ?? []) : [];
    const heads = thresholds.length === 0 ? 0 : Math.round(1000 * thresholds[row]!);
    const kind = rule.kind === "sift" && quantile === undefined ? 3 : 1;
    const before = this.#digests.at(-1) ?? 17;
    this.#digests.push((before * 31 + id * 7 + heads * kind + 5) % 1_000_003);
  }

  draw({ uniform, topLogprobs }: DrawOptions): DrawnToken {
    const digest = this.#digests.at(-1)! + this.salt + 13 * this.drawn++;
    this.last = 1 + ((digest + Math.floor(uniform * 1e6)) % 60);
    return topLogprobs === undefined
      ? { id: this.last }
      : { id: this.last, logprob: -1, topLogprobs: [] };
  }
}

function createPass(): PassStatistics {
  return {
    firstPosition: 0,
    rows: 1,
    kept: new Float32Array(layers * queryHeads),
    union: new Float32Array(layers * kvHeads),
    droppedMass: new Float32Array(layers * queryHeads),
    quantiles: new Float32Array(layers * queryHeads),
  };
}

/** Numbers that tell the position they are of. */
function fill(pass: PassStatistics, firstPosition: number, rows: number): PassStatistics {
  pass.kept.fill(firstPosition + 1);
  pass.union.fill(firstPosition + 1);
  pass.quantiles?.forEach((_, at) => {
    pass.quantiles![at] = (1 + 0.1 * Math.sin(firstPosition + at)) / (firstPosition + 2);
  });
  return { ...pass, firstPosition, rows };
}

/** A model on scripted backends: the first, and those that stand in for lost ones, in order. */
export function createScriptedModel(
  backends: readonly ScriptedBackend[],
  options?: TinyModelOptions,
): Model {
  const files = createTinyModel(options);
  const [first, ...others] = backends;
  const reopen = async (): Promise<ModelBackend> => {
    const next = others.shift();
    if (next) return next;
    throw new ModelError("no-backend", "scripted: there is no other device");
  };
  return createModel(files, new BackendHost(first!, reopen), describeModel(files));
}
