import {
  createWebgpuBackend,
  type ModelBackend,
  openCpuBackend,
  type PassAttention,
} from "@sift-attention/model-runtime/backends";
import { type FamilyModel, familyModels } from "./family-models.ts";

/** How far a family's logits on the GPU are from float64 sums on the CPU. */
export interface FamilyCheck {
  readonly family: string;
  readonly deviation: number;
  /** 2 · deviation of float32 sums on the CPU + 4 ulp of the largest logit. */
  readonly bound: number;
  readonly isWithin: boolean;
}

const full: PassAttention = { rule: { kind: "full" } };
const tokens = Array.from({ length: 24 }, (_, i) => (7 * i + ((i * i) % 13)) % 96);
/** A prompt in one piece, single rows as decode steps run them, and a few more rows. */
const pieces = [0, 13, 14, 15, 24];
const maxRows = 16;

/** Logits of every family on the GPU against the CPU, keys and values f32 on both. */
export async function checkFamilies(
  adapter: "hardware" | "any",
  report: (line: string) => void,
): Promise<readonly FamilyCheck[]> {
  const checks: FamilyCheck[] = [];
  for (const model of familyModels()) {
    const check = await checkFamily(model, adapter);
    checks.push(check);
    const { family, deviation, bound, isWithin } = check;
    const verdict = isWithin ? "within" : "BEYOND";
    report(
      `${family}: logits ${deviation.toExponential(2)} off, ${verdict} ${bound.toExponential(2)}`,
    );
  }
  return checks;
}

async function checkFamily(
  { name, files }: FamilyModel,
  adapter: "hardware" | "any",
): Promise<FamilyCheck> {
  const expected = await logitsOf(await openCpuBackend(files, { cpu: "plain" }));
  const rough = await logitsOf(await openCpuBackend(files, { cpu: "wasm", threads: 1 }));
  const options = { adapter, kvType: "f32", maxRows } as const;
  const got = await logitsOf(await createWebgpuBackend(files, options));
  const largest = expected.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  const bound = 2 * farthest(rough, expected) + 4 * 2 ** -23 * largest;
  const deviation = farthest(got, expected);
  return { family: name, deviation, bound, isWithin: deviation <= bound };
}

/** [tokens, vocabulary], the backend is disposed of. */
async function logitsOf(backend: ModelBackend): Promise<number[]> {
  try {
    const slots = await backend.createSlots({ slots: 1, capacity: 32 });
    const logits: number[] = [];
    for (const [i, firstPosition] of pieces.slice(0, -1).entries()) {
      const piece = tokens.slice(firstPosition, pieces[i + 1]);
      const call = { slot: 0, tokens: piece, firstPosition, attention: full };
      logits.push(...(await slots.run({ ...call, want: "logits" })).logits!);
    }
    slots.dispose();
    return logits;
  } finally {
    await backend.dispose();
  }
}

/** Largest |a − b|; NaN counts as infinite. */
function farthest(a: readonly number[], b: readonly number[]): number {
  return a.reduce((most, value, i) => {
    const distance = Math.abs(value - b[i]!);
    return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : Math.max(most, distance);
  }, 0);
}
