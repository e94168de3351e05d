import type { KvType } from "@sift-attention/sift-attention-kernels";
import { bytesPerElement } from "@sift-attention/tensor";
import { type ScratchRows, scratchBytes } from "../../gpu-layers/decoder-scratch.ts";
import { type WeightFacts, weightBytes } from "../../gpu-layers/weight-bytes.ts";
import type { DecoderBlueprint } from "../../layers/decoder-blueprint.ts";
import { ModelError } from "../../model-error.ts";
import { kvBytesPerToken } from "./slot-cache.ts";

/** What a model takes of a device's memory, known before any of it is allocated. All numbers are bytes. */
export interface MemoryPlan {
  readonly weightBytes: number;
  readonly scratchBytes: number;
  /** Keys and values of one token of one sequence, in all layers, with their scales where they have some. */
  readonly kvBytesPerToken: number;
  /** Given by the caller; absent: what the device gives. */
  readonly memoryBytes?: number;
  /** Tokens of each of so many sequences for which there is room beside bytes taken: 0 when not even one fits. */
  room(slots: number, takenBytes?: number): number;
  /** For people: "weights 98.2 MB, scratch 12.1 MB, 23.0 MB for 1,000 tokens of context, room for 8192". */
  readonly description: string;
}

/** What is planned for. */
export interface MemoryFacts extends WeightFacts {
  readonly rows: ScratchRows;
  readonly kvType: KvType;
  readonly memoryBytes?: number | undefined;
}

const scoreBuffers = 2; // scores, and the candidates of a selection

/** Plans the memory of a model. */
export function planMemory(blueprint: DecoderBlueprint, facts: MemoryFacts): MemoryPlan {
  const { rows, kvType, memoryBytes } = facts;
  const { geometry, layers } = blueprint;
  const planned = {
    weightBytes: weightBytes(blueprint, facts),
    scratchBytes: scratchBytes(blueprint, rows),
    kvBytesPerToken: kvBytesPerToken({ geometry, layers: layers.length, kvType }),
    ...(memoryBytes !== undefined && { memoryBytes }),
  };
  const room = (slots: number, takenBytes = 0): number =>
    roomFor(blueprint, facts, { ...planned, slots, takenBytes });
  return {
    ...planned,
    room,
    description: describe(planned, Math.min(room(1), blueprint.contextLength)),
  };
}

type PlannedBytes = Omit<MemoryPlan, "room" | "description">;

function roomFor(
  { geometry }: DecoderBlueprint,
  { limits, kvType }: MemoryFacts,
  planned: PlannedBytes & { readonly slots: number; readonly takenBytes: number },
): number {
  const { slots, takenBytes } = planned;
  const { maxStorageBufferBindingSize = 2 ** 27, maxBufferSize = 2 ** 28 } = limits;
  const bindingBytes = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const rowBytes = slots * geometry.kvHeads * geometry.headDim * bytesPerElement[kvType];
  // Blocks of query heads are padded to powers of two.
  const scoreBytes = 2 * slots * geometry.queryHeads * bytesPerElement.f32;
  const byBinding = Math.floor(bindingBytes / Math.max(rowBytes, scoreBytes)) - 2;
  const left = bytesLeft(planned) - takenBytes;
  const tokenBytes = slots * planned.kvBytesPerToken + scoreBuffers * scoreBytes;
  return Math.max(0, Math.min(byBinding, Math.floor(left / tokenBytes)));
}

function bytesLeft({ memoryBytes = Number.POSITIVE_INFINITY, ...planned }: PlannedBytes): number {
  return memoryBytes - planned.weightBytes - planned.scratchBytes;
}

/** @throws ModelError "out-of-memory" with the numbers when not even one token of context has room. */
export function expectWeightsFit(plan: MemoryPlan): void {
  if (plan.room(1) > 0) return;
  const { memoryBytes } = plan;
  const place = memoryBytes === undefined ? "the device's bindings" : megabytes(memoryBytes);
  throw new ModelError(
    "out-of-memory",
    `webgpu: expected room in ${place}, got ${plan.description}; take a smaller or more tightly packed model`,
  );
}

/** @throws ModelError "out-of-memory" with the numbers when the sequences have no room beside bytes taken. */
export function expectContextFits(
  plan: MemoryPlan,
  { slots, capacity }: { readonly slots: number; readonly capacity: number },
  takenBytes: number,
): void {
  const room = plan.room(slots, takenBytes);
  if (capacity <= room) return;
  const asked = megabytes(slots * capacity * plan.kvBytesPerToken);
  throw new ModelError(
    "out-of-memory",
    `webgpu: context: expected at most ${room} tokens in each of ${slots} slots, got ${capacity}, which take ${asked} (${plan.description}); ask for a shorter context or fewer slots`,
  );
}

function describe(planned: PlannedBytes, context: number): string {
  const { weightBytes, scratchBytes, kvBytesPerToken } = planned;
  const perThousand = megabytes(1000 * kvBytesPerToken);
  return `weights ${megabytes(weightBytes)}, scratch ${megabytes(scratchBytes)}, ${perThousand} for 1,000 tokens of context, room for ${context}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
