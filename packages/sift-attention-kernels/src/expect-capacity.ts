import { bytesPerElement } from "@sift-attention/tensor";
import { headBlocks } from "./plan/head-blocks.ts";
import type { Limits, ResolvedOptions } from "./resolve-options.ts";
import { SiftError } from "./sift-error.ts";

/** A buffer that grows with the capacity. */
interface RowBuffer {
  readonly name: string;
  /** Bytes per row of capacity. */
  readonly rowBytes: number;
  /** Rows beside those of the capacity. */
  readonly moreRows: number;
}

const listHeadRows = 2; // counts before the candidates of a selection

/** Buffers that one binding has to hold whole. */
function rowBuffers(options: ResolvedOptions): readonly RowBuffer[] {
  const { geometry, kvType, slots, batch, topK, quantiles } = options;
  const { kvHeads, headDim } = geometry;
  const blocks = headBlocks(geometry);
  return [
    {
      name: `the keys of ${slots} slots`,
      rowBytes: slots * kvHeads * headDim * bytesPerElement[kvType],
      moreRows: 0,
    },
    {
      name: `the scores of ${batch} sequences`,
      rowBytes: batch * blocks.headBlocks * blocks.blockPitch * bytesPerElement.f32,
      moreRows: topK || quantiles ? listHeadRows : 0,
    },
  ];
}

function bindingBytes(limits: Limits): number {
  const { maxStorageBufferBindingSize = 2 ** 27, maxBufferSize = 2 ** 28 } = limits;
  return Math.min(maxStorageBufferBindingSize, maxBufferSize);
}

function expectDispatchable({ geometry, batch }: ResolvedOptions, limits: Limits): void {
  const greatest = limits.maxComputeWorkgroupsPerDimension ?? 65535;
  const { headBlocks: rows } = headBlocks(geometry);
  for (const [name, count] of [
    ["geometry: blocks of up to 8 query heads", rows],
    ["batch", batch],
  ] as const) {
    if (count <= greatest) continue;
    throw new SiftError(
      "over-limit",
      `${name}: expected at most ${greatest} (maxComputeWorkgroupsPerDimension), got ${count}; split the work over several steps`,
    );
  }
}

const sampledBuffers = 10; // of the one-pass kernel over rows of whole numbers; all others bind the guaranteed 8

/**
 * Refuses kernels of more buffers than the device binds.
 * @throws SiftError "over-limit".
 */
export function expectStorageBuffers(
  { kvType, normaliser }: ResolvedOptions,
  limits: Limits,
): void {
  const offered = limits.maxStorageBuffersPerShaderStage ?? 8;
  if (kvType !== "i8" || normaliser !== "sampled" || offered >= sampledBuffers) return;
  throw new SiftError(
    "over-limit",
    `normaliser: expected a device of ${sampledBuffers} storage buffers a shader for "sampled" over kvType "i8", got ${offered}; use "exact"`,
  );
}

/**
 * Refuses sizes that the device cannot bind or dispatch.
 * @throws SiftError "over-limit", with the largest capacity that fits.
 */
export function expectCapacity(options: ResolvedOptions, limits: Limits): void {
  expectDispatchable(options, limits);
  const offered = bindingBytes(limits);
  const largestOf = ({ rowBytes, moreRows }: RowBuffer) =>
    Math.floor(offered / rowBytes) - moreRows;
  const [worst] = rowBuffers(options).toSorted((a, b) => largestOf(a) - largestOf(b));
  const largest = largestOf(worst!);
  if (options.capacity <= largest) return;
  const wayOut = largest > 0 ? `a capacity of at most ${largest}, or fewer slots` : "fewer slots";
  throw new SiftError(
    "over-limit",
    `capacity: expected ${worst!.name} to fit one binding of ${offered} bytes, got ${options.capacity} rows of ${worst!.rowBytes} bytes; use ${wayOut}`,
  );
}
