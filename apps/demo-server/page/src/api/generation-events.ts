import type {
  CompletionTimings,
  SiftEvent,
  SiftLawEvent,
  SiftSummary,
} from "../../../src/live-events.ts";
import { describeError, failureOf, RequestFailed, unreachable } from "./failure.ts";
import type { GenerationRequest } from "./generation-request.ts";
import { readEventStream, type StreamedEvent } from "./read-event-stream.ts";

/** What the server says while it generates, in the order it came. */
export type GenerationEvent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "sift"; readonly event: SiftEvent }
  | { readonly kind: "law"; readonly event: SiftLawEvent }
  | {
      readonly kind: "end";
      readonly reason: string;
      readonly summary: SiftSummary | undefined;
      readonly timings: CompletionTimings | undefined;
    };

/** The parts of a chat or text completion chunk that the page reads. */
interface CompletionChunk {
  readonly choices?: readonly {
    readonly text?: string;
    readonly delta?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly sift?: SiftSummary;
  readonly timings?: CompletionTimings;
  readonly error?: unknown;
}

/**
 * Sends a request and hands out the events of its stream.
 *
 * @throws RequestFailed when the server cannot be reached, refuses, or breaks off; DOMException "AbortError" when `signal` fires.
 */
export async function* generate(
  request: GenerationRequest,
  apiKey: string,
  signal: AbortSignal,
): AsyncGenerator<GenerationEvent, void> {
  const response = await post(request, apiKey, signal);
  if (!response.ok || !response.body) throw new RequestFailed(await failureOf(response));
  let ended = false;
  try {
    for await (const streamed of readEventStream(response.body)) {
      if (streamed.data === "[DONE]") return;
      for (const event of parseEvent(streamed)) {
        ended ||= event.kind === "end";
        yield event;
      }
    }
  } catch (error) {
    throw explain(error, signal);
  }
  if (!ended) throw new RequestFailed(unreachable());
}

async function post(
  request: GenerationRequest,
  apiKey: string,
  signal: AbortSignal,
): Promise<Response> {
  const authorisation = apiKey === "" ? {} : { authorization: `Bearer ${apiKey}` };
  try {
    return await fetch(request.path, {
      method: "POST",
      headers: { "content-type": "application/json", ...authorisation },
      body: JSON.stringify(request.body),
      signal,
    });
  } catch (error) {
    throw explain(error, signal);
  }
}

/** Aborting and our own failures stay what they are; anything else is a broken connection. */
function explain(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || error instanceof RequestFailed) return error;
  return new RequestFailed(unreachable());
}

function* parseEvent({ event, data }: StreamedEvent): Generator<GenerationEvent> {
  if (event === "sift") yield { kind: "sift", event: JSON.parse(data) as SiftEvent };
  else if (event === "sift-law") yield { kind: "law", event: JSON.parse(data) as SiftLawEvent };
  else yield* parseChunk(JSON.parse(data) as CompletionChunk);
}

function* parseChunk(chunk: CompletionChunk): Generator<GenerationEvent> {
  if (chunk.error !== undefined) throw new RequestFailed(describeError(0, chunk));
  const choice = chunk.choices?.[0];
  const text = choice?.delta?.content ?? choice?.text ?? "";
  if (text !== "") yield { kind: "text", text };
  if (choice?.finish_reason) {
    yield {
      kind: "end",
      reason: choice.finish_reason,
      summary: chunk.sift,
      timings: chunk.timings,
    };
  }
}
