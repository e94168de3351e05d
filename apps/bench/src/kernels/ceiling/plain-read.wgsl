// Reads every 16-byte word of one or two buffers once and folds them with xor: as fast as memory can be read.
//
// grid: (workgroups); each walks over both buffers in spans of WORKGROUP · LOADS words, LOADS in flight an invocation. The
// fold is written only when it is asked for: a timed run reads and writes nothing else.
const SPAN = WORKGROUP * LOADS;

@group(0) @binding(0) var<storage, read> first: array<vec4<u32>>; // [words]
@group(0) @binding(1) var<storage, read> second: array<vec4<u32>>; // [words], read where BUFFERS is 2
@group(0) @binding(2) var<storage, read_write> fold: array<atomic<u32>, 2>; // whether it is asked for; xor of all words

var<private> folded: vec4<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local_index: u32,
) {
  let words = arrayLength(&first);
  for (var span = group.x * SPAN; span < words; span += groups.x * SPAN) {
    let at = span + local_index;
    if (span + SPAN <= words) {
      // @unroll
      for (var i = 0u; i < LOADS; i++) {
        folded ^= first[at + i * WORKGROUP];
      }
    } else {
      for (var i = at; i < words; i += WORKGROUP) {
        folded ^= first[i];
      }
    }
  }
  if (BUFFERS == 2u) {
    for (var span = group.x * SPAN; span < words; span += groups.x * SPAN) {
      let at = span + local_index;
      if (span + SPAN <= words) {
        // @unroll
        for (var i = 0u; i < LOADS; i++) {
          folded ^= second[at + i * WORKGROUP];
        }
      } else {
        for (var i = at; i < words; i += WORKGROUP) {
          folded ^= second[i];
        }
      }
    }
  }
  if (atomicLoad(&fold[0]) == 1u) {
    atomicXor(&fold[1], folded.x ^ folded.y ^ folded.z ^ folded.w);
  }
}
