import type { DecodeMethod } from "../decode-settings.ts";
import type { Spread } from "../run/spread.ts";

/** Decode speed of one method in one case. */
export interface DecodeSpeedRow {
  readonly model: string;
  readonly context: number;
  readonly batch: number;
  readonly method: DecodeMethod;
  /** Of all sequences together. */
  readonly tokensPerSecond: Spread;
  /** Share of value rows read, of the timed tokens. */
  readonly keptUnion: number;
  /** Whether the prompt's keys and values are noise. */
  readonly isPlanted: boolean;
  /** Bytes that the device holds, and those of them that are keys and values. */
  readonly liveBytes: number;
  readonly kvBytes: number;
}

/** Prefill speed. */
export interface PrefillRow {
  readonly model: string;
  readonly context: number;
  readonly tokensPerSecond: Spread;
  readonly firstTokenMs: Spread;
}

/** Where a step's time goes on the device: microseconds. */
export interface ProfileRow {
  readonly model: string;
  readonly context: number;
  readonly method: DecodeMethod;
  readonly keptUnion: number;
  readonly stepUs: Spread;
  readonly partsUs: Readonly<Record<string, Spread>>;
}

/** A model as it was measured. */
export interface ModelRow {
  readonly model: string;
  readonly description: string;
  readonly openMs: number;
  /** From nothing to the first token of a prompt of 20. */
  readonly firstTokenMs: number;
  readonly parameters: number;
  readonly weightType: string;
  readonly weightBytes: number;
  readonly memoryPlan: string;
}

/** A case without a result. */
export interface LeftOutDecode {
  readonly model: string;
  readonly case: string;
  readonly reason: string;
  readonly isError: boolean;
}
