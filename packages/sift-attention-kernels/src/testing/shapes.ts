import type { RowKnobs } from "../tuning/tuning.ts";
import type { Shape } from "./check-shape.ts";

/** One row in flight and an odd number of workgroups: many rounds, few parts. */
const slow: RowKnobs = { lanes: 4, rows: 1, workgroup: 32, workgroups: 5 };

/**
 * Shapes that differ in all that kernels are compiled for: heads that are alone, in threes and in blocks of six and five;
 * rows that leave lanes idle, and rows of many words a lane; each way with the dropped mass; with subgroups and without.
 */
export const shapes: readonly (readonly [name: string, shape: Shape])[] = [
  ["MHA of 32 dimensions", { geometry: { queryHeads: 3, kvHeads: 3, headDim: 32 }, kvType: "f16" }],
  [
    "groups of three, 40 dimensions, exempt keys, mean value",
    {
      geometry: { queryHeads: 6, kvHeads: 2, headDim: 40 },
      kvType: "f32",
      keepFirst: 2,
      keepLast: 3,
      droppedMass: "mean-value",
    },
  ],
  [
    "a group of eleven in blocks of six and five, renormalised",
    {
      geometry: { queryHeads: 11, kvHeads: 1, headDim: 32 },
      kvType: "f16",
      droppedMass: "renormalise",
    },
  ],
  [
    "groups of two, 128 dimensions",
    { geometry: { queryHeads: 2, kvHeads: 1, headDim: 128 }, kvType: "f16" },
  ],
  [
    "groups of two without subgroups",
    {
      geometry: { queryHeads: 4, kvHeads: 2, headDim: 32 },
      kvType: "f32",
      variant: { subgroupSize: 0 },
    },
  ],
  [
    "256 dimensions without subgroups, tuned to five workgroups",
    {
      geometry: { queryHeads: 1, kvHeads: 1, headDim: 256 },
      kvType: "f16",
      variant: { subgroupSize: 0 },
      tuning: {
        version: 1,
        geometry: { queryHeads: 1, kvHeads: 1, headDim: 256 },
        kvType: "f16",
        variant: { subgroupSize: 0, nativeF16: false },
        entries: {
          scores: slow,
          full: slow,
          attend: { ...slow, tile: 64 },
          merge: { columns: 4, rows: 4 },
          denseBelow: 0,
        },
      },
    },
  ],
];
