import { expectNumber } from "../sampling/expect-number.ts";
import { DecodeLoop } from "./decode-loop.ts";
import { LiveSlots } from "./live-slots.ts";
import type { SessionModel } from "./session-model.ts";

/** The options that sessions and batches have in common. */
export interface LoopOptions {
  readonly contextLength?: number;
  readonly reusePrefix?: boolean;
  readonly signal?: AbortSignal;
}

/** Takes the memory of some slots. @throws ModelError "bad-option", "out-of-memory", "aborted", "disposed". */
export async function openDecodeLoop(
  { host, config, contextLength }: SessionModel,
  owner: "session" | "batch",
  slots: number,
  options: LoopOptions,
): Promise<DecodeLoop> {
  const capacity =
    options.contextLength === undefined
      ? contextLength
      : expectNumber("contextLength", options.contextLength, {
          min: 2,
          max: config.contextLength,
          integer: true,
        });
  const { signal, reusePrefix = true } = options;
  const opened = await LiveSlots.open(host, owner, { slots, capacity, ...(signal && { signal }) });
  return new DecodeLoop(opened, reusePrefix);
}
