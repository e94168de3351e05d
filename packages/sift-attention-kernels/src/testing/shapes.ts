import type { Shape } from "./check-shape.ts";

/** Shapes whose groups differ: alone, in threes and sevens, and a group of two blocks. */
export const groupShapes: readonly (readonly [name: string, shape: Shape])[] = [
  ["MHA, 32 dimensions", { geometry: { queryHeads: 3, kvHeads: 3, headDim: 32 }, kvType: "f16" }],
  [
    "groups of three, f32, exempt keys",
    {
      geometry: { queryHeads: 6, kvHeads: 2, headDim: 64 },
      kvType: "f32",
      keepFirst: 2,
      keepLast: 3,
    },
  ],
  [
    "MQA of seven, mean value",
    {
      geometry: { queryHeads: 7, kvHeads: 1, headDim: 64 },
      kvType: "f16",
      droppedMass: "mean-value",
    },
  ],
  [
    "a group of eleven in blocks of six and five",
    { geometry: { queryHeads: 11, kvHeads: 1, headDim: 40 }, kvType: "f32" },
  ],
];

const smallRows = { lanes: 4, rows: 1, workgroup: 32, workgroups: 5 };

/** Shapes whose rows differ: dimensions that leave lanes idle, one word a lane, many words a lane. */
export const rowShapes: readonly (readonly [name: string, shape: Shape])[] = [
  ["80 dimensions", { geometry: { queryHeads: 1, kvHeads: 1, headDim: 80 }, kvType: "f16" }],
  [
    "128 dimensions, groups of four, renormalised",
    {
      geometry: { queryHeads: 4, kvHeads: 1, headDim: 128 },
      kvType: "f16",
      droppedMass: "renormalise",
    },
  ],
  [
    "256 dimensions, five workgroups of one row a slot",
    {
      geometry: { queryHeads: 1, kvHeads: 1, headDim: 256 },
      kvType: "f16",
      tuning: {
        version: 1,
        geometry: { queryHeads: 1, kvHeads: 1, headDim: 256 },
        kvType: "f16",
        variant: { subgroupSize: 0, nativeF16: false, matrix: false },
        entries: {
          scores: smallRows,
          full: smallRows,
          attend: { ...smallRows, tile: 64 },
          merge: { columns: 4, rows: 4 },
          denseBelow: 0,
        },
      },
      variant: { subgroupSize: 0 },
    },
  ],
  [
    "groups of two without subgroups",
    {
      geometry: { queryHeads: 4, kvHeads: 2, headDim: 32 },
      kvType: "f32",
      variant: { subgroupSize: 0 },
    },
  ],
];
