import { slotCapacity } from "./context-length.ts";
import { DecodeLoop } from "./decode-loop.ts";
import { LiveSlots } from "./live-slots.ts";
import type { SessionModel } from "./session-model.ts";
import { SlotContents } from "./slot-contents.ts";

/** The options that sessions and batches have in common. */
export interface LoopOptions {
  readonly contextLength?: number | "auto";
  readonly reusePrefix?: boolean;
  readonly signal?: AbortSignal;
}

/** Takes the memory of some slots. @throws ModelError "bad-option", "out-of-memory", "aborted", "disposed". */
export async function openDecodeLoop(
  { host, config, ...model }: SessionModel,
  owner: "session" | "batch",
  slots: number,
  options: LoopOptions,
): Promise<DecodeLoop> {
  const { contextLength = model.contextLength, signal, reusePrefix = true } = options;
  const { backend } = host;
  const capacity = slotCapacity(contextLength, { backend, config, slots });
  const opened = await LiveSlots.open(host, owner, { slots, capacity, ...(signal && { signal }) });
  return new DecodeLoop(opened, new SlotContents(slots, reusePrefix));
}
