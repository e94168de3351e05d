import { createStopwatch } from "@sift-attention/gpu";
import { type BoundCache, recordAll, recordLayers } from "./bound-cache.ts";

/** What a step consists of, in its order. */
export const STEP_PARTS = [
  "embedding",
  "products",
  "append",
  "attention",
  "head",
  "sampling",
] as const;

/** `products`: a layer's norms and linear maps. `append`: rotation, keys and values into the cache. `head`: logits. */
export type StepPart = (typeof STEP_PARTS)[number];

/** Where the time of a decode step goes on the device. All numbers are microseconds: [samples]. */
export interface StepProfile {
  /** One pass, as steps run. */
  readonly step: readonly number[];
  /** The same dispatches, those of one part of all layers in a pass of their own. */
  readonly parts: Readonly<Record<StepPart, readonly number[]>>;
}

/** How the attention of a layer and the drawing of tokens are encoded. */
export interface ProfiledStep {
  readonly rows: number;
  attend(pass: GPUComputePassEncoder, layer: number): void;
  draw(pass: GPUComputePassEncoder): void;
}

const warmUpRounds = 8; // clocks rise under load only

/**
 * Times a step whose inputs are on the device. Parts run by themselves, again and again: they leave no state to go on with.
 * @throws GpuError "missing-feature" without timestamps.
 */
export async function profileStep(
  bound: BoundCache,
  step: ProfiledStep,
  samples: number,
): Promise<StepProfile> {
  const recorders = partRecorders(bound, step);
  const times: Record<"step" | StepPart, number[]> = {
    ...{ step: [], embedding: [], products: [], append: [], attention: [], head: [], sampling: [] },
  };
  using stopwatch = createStopwatch(bound.gpu, recorders.length);
  for (let round = -warmUpRounds; round < samples; round++) {
    bound.gpu.submit((encoder) => {
      for (const [label, record] of recorders) {
        const pass = stopwatch.beginPass(encoder, label);
        record(pass);
        pass.end();
      }
    });
    const taken = await stopwatch.read();
    if (round < 0) continue;
    for (const [at, { ns }] of taken.entries()) times[recorders[at]![0]].push(ns / 1000);
  }
  const { step: whole, ...parts } = times;
  return { step: whole, parts };
}

type PartRecorder = readonly ["step" | StepPart, (pass: GPUComputePassEncoder) => void];

function partRecorders(bound: BoundCache, { rows, attend, draw }: ProfiledStep): PartRecorder[] {
  const { decoder, layers, embed } = bound;
  const eachLayer = (record: (pass: GPUComputePassEncoder, layer: number) => void) => {
    return (pass: GPUComputePassEncoder): void => {
      for (let layer = 0; layer < decoder.layers.length; layer++) record(pass, layer);
    };
  };
  return [
    [
      "step",
      (pass) => {
        recordLayers(pass, bound, rows, (layer) => attend(pass, layer));
        recordAll(pass, decoder.head, rows);
        draw(pass);
      },
    ],
    ["embedding", (pass) => embed.record(pass, rows)],
    [
      "products",
      eachLayer((pass, layer) => {
        recordAll(pass, decoder.layers[layer]!.before, rows);
        recordAll(pass, decoder.layers[layer]!.after, rows);
      }),
    ],
    ["append", eachLayer((pass, layer) => layers.layers[layer]!.append.record(pass, rows))],
    ["attention", eachLayer(attend)],
    ["head", (pass) => recordAll(pass, decoder.head, rows)],
    ["sampling", draw],
  ];
}
