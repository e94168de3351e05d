/** How many heads attention has and how wide they are. `queryHeads` is a multiple of `kvHeads`. */
export interface AttentionGeometry {
  readonly queryHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}
