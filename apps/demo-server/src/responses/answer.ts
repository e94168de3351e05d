import type { GeneratedToken, GenerateSummary } from "@sift-attention/model-runtime";
import type { CompletionTimings, SiftSummary } from "../live-events.ts";
import type { CompletionUsage } from "./usage.ts";

/** How a generation ended, and its figures. */
export interface AnswerEnd {
  readonly finishReason: Exclude<GenerateSummary["finishReason"], "aborted">;
  readonly usage: CompletionUsage;
  readonly timings: CompletionTimings;
  readonly sift: SiftSummary;
}

/** Writes one generation in the words of one route, chunk by chunk or whole. */
export interface Answer {
  /** Chunks that a stream opens with. */
  opening(): readonly object[];
  /** The chunk of a token; undefined when there is nothing to tell yet. */
  token(token: GeneratedToken): object | undefined;
  /** The chunk that says why the text ends. */
  closing(end: AnswerEnd): object;
  /** The chunk that only counts tokens. */
  usage(end: AnswerEnd): object;
  /** One body for all tokens that were written so far. */
  whole(end: AnswerEnd): object;
}

/** What every chunk and body of an answer repeats. */
export interface AnswerHeader {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

/** What the writer of an answer needs to know about the request. */
export interface AnswerOptions {
  readonly header: AnswerHeader;
  readonly logprobs: boolean;
  /** Every chunk of a stream that ends with its usage says that its own is null. */
  readonly includeUsage: boolean;
}
