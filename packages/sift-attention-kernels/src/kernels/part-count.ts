const mostWaves = 4;

/** `part_pitch` of parts.wgsl: parts of one head block and sequence when `workgroups` fill the device. */
export function partPitch(workgroups: number, headBlocks: number, sequences: number): number {
  const rows = headBlocks * sequences;
  let pitch = Math.max(Math.floor(workgroups / rows), 1);
  let waves = 1;
  for (let more = 2; more <= mostWaves; more++) {
    const candidate = Math.floor((workgroups * more) / rows);
    if (16 * candidate * waves > 17 * pitch * more) {
      pitch = candidate;
      waves = more;
    }
  }
  return pitch;
}

/** `part_count` of parts.wgsl: parts of a sequence that get keys. */
export function partCount(visible: number, chunk: number, pitch: number): number {
  return Math.min(Math.ceil(visible / chunk), pitch);
}

/** Parts of all head blocks and sequences of the largest step: how many the workspace must hold. */
export function mostParts(workgroups: number, headBlocks: number, batch: number): number {
  let most = 0;
  for (let sequences = 1; sequences <= batch; sequences++) {
    most = Math.max(most, partPitch(workgroups, headBlocks, sequences) * headBlocks * sequences);
  }
  return most;
}
