import { type CellSubject, cellIdentity } from "./cell-identity.ts";
import type { QualityInput } from "./quality-input.ts";

/** A cell, its words for the progress bar, and how it is measured when the store does not have it. */
export interface CellTask<Result> {
  readonly subject: CellSubject;
  readonly label: string;
  readonly measure: () => Promise<Result>;
}

/** The stored result, or a new one that is stored. */
export async function measureCell<Result>(
  input: QualityInput,
  { subject, label, measure }: CellTask<Result>,
): Promise<Result> {
  const { store, progress } = input;
  const identity = cellIdentity(input, subject);
  let result = store.read<Result>(identity);
  if (result === undefined) {
    progress.report(label);
    result = await measure();
    store.write(identity, result);
  }
  progress.advance();
  return result;
}
