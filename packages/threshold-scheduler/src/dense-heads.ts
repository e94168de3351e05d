import { refuseOption } from "./expect-option.ts";

/** [layer, head] of each. */
export type DenseHeads = readonly (readonly [layer: number, head: number])[];

function expectIndex(name: string, index: unknown, count: number): number {
  if (typeof index === "number" && Number.isInteger(index) && index >= 0 && index < count)
    return index;
  return refuseOption(name, `an integer in [0, ${count})`, index);
}

/** @throws SchedulerError "bad-option" */
export function expectDenseLayers(given: readonly number[], layers: number): readonly number[] {
  if (!Array.isArray(given)) return refuseOption("denseLayers", "an array", given);
  return given.map((layer, i) => expectIndex(`denseLayers[${i}]`, layer, layers));
}

/** @throws SchedulerError "bad-option" */
export function expectDenseHeads(given: DenseHeads, layers: number, heads: number): DenseHeads {
  if (!Array.isArray(given)) return refuseOption("denseHeads", "an array", given);
  return given.map((place: unknown, i) => {
    if (!Array.isArray(place) || place.length !== 2) {
      return refuseOption(`denseHeads[${i}]`, "[layer, head]", place);
    }
    const layer = expectIndex(`denseHeads[${i}][0]`, place[0], layers);
    return [layer, expectIndex(`denseHeads[${i}][1]`, place[1], heads)] as const;
  });
}

/** Where 1 stands for a head that the caller wants under full attention: [layers, heads]. */
export function denseMarks(shape: {
  readonly layers: number;
  readonly heads: number;
  readonly denseLayers: readonly number[];
  readonly denseHeads: DenseHeads;
}): Uint8Array {
  const { layers, heads, denseLayers, denseHeads } = shape;
  const marks = new Uint8Array(layers * heads);
  for (const layer of denseLayers) marks.fill(1, layer * heads, (layer + 1) * heads);
  for (const [layer, head] of denseHeads) marks[layer * heads + head] = 1;
  return marks;
}
