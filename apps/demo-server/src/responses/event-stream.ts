import { asApiError } from "../as-api-error.ts";
import { beforeTimeout } from "../before-timeout.ts";

interface EventStreamOptions {
  /** A comment goes out when nothing else has for this long, so that nobody takes the connection for dead. */
  readonly pingMs: number;
  /** How long the reader may leave a text lying before `onStall`. */
  readonly stallMs: number;
  readonly onStall: () => void;
  /** Told once, with the error that ended the stream, if one did. */
  readonly onFailure: (error: unknown) => void;
  /** The reader has gone. */
  readonly onCancel: () => void;
}

type Step =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "silence" }
  | { readonly kind: "end" }
  | { readonly kind: "failure"; readonly error: unknown };

/** One server-sent event. */
export function writeEvent(data: unknown, event?: string): string {
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/**
 * Texts as a stream of bytes that asks for the next text when its reader wants it and never before, so that a slow
 * reader makes the source wait instead of memory grow. A failure is told in the last event.
 */
export function createEventStream(
  texts: AsyncGenerator<string, void>,
  options: EventStreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let pending: Promise<IteratorResult<string, void>> | undefined;
  let stall: NodeJS.Timeout | undefined;
  return new ReadableStream(
    {
      async pull(controller) {
        clearTimeout(stall);
        pending ??= texts.next();
        const step = await takeStep(pending, options.pingMs);
        if (step.kind !== "silence") pending = undefined;
        if (step.kind === "failure") options.onFailure(step.error);
        const text = writeStep(step);
        if (text !== undefined) controller.enqueue(encoder.encode(text));
        if (step.kind === "end" || step.kind === "failure") controller.close();
        else stall = setTimeout(options.onStall, options.stallMs);
      },
      cancel() {
        clearTimeout(stall);
        options.onCancel();
      },
    },
    { highWaterMark: 0 },
  );
}

async function takeStep(
  next: Promise<IteratorResult<string, void>>,
  pingMs: number,
): Promise<Step> {
  try {
    const result = await beforeTimeout(next, pingMs);
    if (result === undefined) return { kind: "silence" };
    return result.done ? { kind: "end" } : { kind: "text", text: result.value };
  } catch (error) {
    return { kind: "failure", error };
  }
}

function writeStep(step: Step): string | undefined {
  switch (step.kind) {
    case "text":
      return step.text;
    case "silence":
      return ": ping\n\n";
    case "end":
      return undefined;
    case "failure":
      return writeEvent(asApiError(step.error).body());
  }
}
