// cuts[h] = (rank of the k-th highest score, last key that is kept of those with just this score).
//
// grid: (heads of a block, head blocks, sequences), one head per workgroup: few candidates are left.
@group(0) @binding(0) var<storage, read> sequences: array<vec4<u32>>; // [batch]
@group(0) @binding(1) var<storage, read> scores: array<HeadRow>; // [batch, HEAD_BLOCKS, CAPACITY]
@group(0) @binding(2) var<storage, read_write> histograms: array<u32>; // [batch, HEAD_BLOCKS, BLOCK_PITCH, BINS]
@group(0) @binding(3) var<storage, read_write> candidates: array<u32>; // [batch, HEAD_BLOCKS, BLOCK_PITCH, CAPACITY + 2]
@group(0) @binding(4) var<storage, read_write> cuts: array<vec2<u32>>; // [batch, QUERY_HEADS]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let own = place_of(sequences[group.z], group.y);
  if (group.x >= own.heads) {
    return;
  }
  let span = span_of(sequences[group.z].w, own.visible);
  let head = group.z * QUERY_HEADS + own.head + group.x;
  if (!span.is_searched) {
    if (index == 0u) {
      cuts[head] = select(vec2<u32>(0u, EVERY), vec2<u32>(EVERY, 0u), span.wanted == 0u);
    }
    return;
  }
  let row = group.z * HEAD_BLOCKS + group.y;
  let cut = search_cut(row, group.x, span, index);
  clear(row, group.x, index);
  if (index == 0u) {
    cuts[head] = vec2<u32>(~cut.demerit, cut.last_key);
  }
}
