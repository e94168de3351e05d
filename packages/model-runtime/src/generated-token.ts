import type { ScheduleCounters } from "@sift-attention/threshold-scheduler";
import type { StepStatistics } from "./step-statistics.ts";

/** The log-probability of one token under the model, before any sampling rule. */
export interface TokenLogprob {
  readonly id: number;
  readonly logprob: number;
}

/** One generated token; a stop token is the last one and has no text of its own. */
export interface GeneratedToken {
  readonly id: number;
  /** Text that became certain with this token: never half a character, held back while it may be the start of a stop string. */
  readonly text: string;
  /** 1-based generated token. Its own query row, and so its statistics, come with token step + 1. */
  readonly step: number;
  readonly logprob?: number;
  readonly topLogprobs?: readonly TokenLogprob[];
  /** How attention computed the logits that this token was drawn from. Absent for the first token: prefill made them. */
  readonly statistics?: StepStatistics;
  /** From the previous token, or from the end of the prefill, to this one. */
  readonly durationMs: number;
}

/** How a generation ended. */
export interface GenerateSummary {
  readonly finishReason: "stop" | "length" | "aborted";
  /** The stop string that ended it. */
  readonly stopText?: string;
  readonly promptTokens: number;
  /** Tokens at the beginning of the prompt that the cache held already, so that they did not run again. */
  readonly reusedTokens: number;
  readonly generatedTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  readonly valueBytesRead: number;
  readonly valueBytesSkipped: number;
  readonly warmupSteps: number;
  readonly siftSteps: number;
  /** How often the schedule of sifted attention stepped in; absent under other modes. */
  readonly schedule?: ScheduleCounters;
}
