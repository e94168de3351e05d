export type { AttentionGeometry } from "./attention-geometry.ts";
