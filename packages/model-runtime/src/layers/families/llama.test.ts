import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { CPU_KINDS } from "../../../test/cpu-kinds.ts";
import { createTinyModel, type TinyModelOptions } from "../../../test/tiny-model.ts";
import type { CpuOps } from "../../ops/cpu-ops.ts";
import { createCpuOps } from "../../ops/create-cpu-ops.ts";
import type { RotaryScaling } from "../../weights/model-config.ts";
import { blueprintTensors } from "../blueprint-tensors.ts";
import { createCpuDecoder } from "../cpu-decoder.ts";
import type { Decoder } from "../decoder.ts";
import { findFamily } from "../find-family.ts";
import { createKvCache, type KvCache } from "../kv-cache.ts";
import { loadWeights } from "../load-weights.ts";
import { findTensors } from "../tensor-need.ts";

interface GoldenCase {
  readonly label: string;
  readonly config: {
    readonly theta: number;
    readonly dimensions: number;
    readonly layout: "half" | "interleaved";
    readonly scaling: RotaryScaling;
    readonly tied: boolean;
    readonly biases: boolean;
    readonly kvHeads: number;
  };
  readonly rows: readonly number[];
  readonly logits: readonly (readonly number[])[];
  readonly float32Error: number;
}

const golden = JSON.parse(
  readFileSync(new URL("../../../test/tiny-model.golden.json", import.meta.url), "utf8"),
) as { readonly tokens: readonly number[]; readonly cases: readonly GoldenCase[] };

function toOptions({ config }: GoldenCase): TinyModelOptions {
  const { scaling, theta, dimensions, layout, kvHeads, tied, biases } = config;
  const factors = scaling.kind === "factors" ? Float32Array.from(scaling.factors) : undefined;
  return {
    biases,
    config: {
      kvHeads,
      tiedEmbeddings: tied,
      rotary: {
        theta,
        dimensions,
        layout,
        scaling: factors ? { kind: "factors", factors } : scaling,
      },
    },
  };
}

let open: { ops: CpuOps; decoder: Decoder; cache: KvCache } | undefined;

afterEach(async () => {
  await open?.ops.dispose();
  open = undefined;
});

async function openDecoderOn(
  options: TinyModelOptions,
  kind: (typeof CPU_KINDS)[number],
): Promise<NonNullable<typeof open>> {
  const ops = await createCpuOps({ kind });
  const files = createTinyModel(options);
  const { config, tensors } = files;
  const blueprint = findFamily("llama").blueprint(config, (name) => tensors.has(name));
  const weights = await loadWeights(ops, findTensors(files, blueprintTensors(blueprint)));
  const decoder = createCpuDecoder(ops, blueprint, weights);
  open = { ops, decoder, cache: createKvCache(ops, files.config, 32) };
  open.cache.reset();
  return open;
}

function largestError(logits: readonly Float32Array[], { rows, ...expected }: GoldenCase): number {
  return Math.max(
    ...rows.flatMap((row, i) =>
      expected.logits[i]!.map((value, id) => Math.abs(logits[row]![id]! - value)),
    ),
  );
}

/** Twice the honest float32 error, plus 4 ulp of the largest logit (below 4). */
function bound({ float32Error }: GoldenCase): number {
  return 2 * float32Error + 4 * 2 ** -22;
}

describe.each(CPU_KINDS)("llamaFamily on %s operators", (kind) => {
  const openDecoder = (options: TinyModelOptions): ReturnType<typeof openDecoderOn> =>
    openDecoderOn(options, kind);

  /** Logits of all rows, the tokens handed in by chunks of the given size. */
  async function logitsOf(options: TinyModelOptions, chunk: number): Promise<Float32Array[]> {
    const { decoder, cache } = await openDecoder(options);
    const logits: Float32Array[] = [];
    for (let at = 0; at < golden.tokens.length; at += chunk) {
      const tokens = golden.tokens.slice(at, at + chunk);
      decoder.forward({
        tokens,
        firstPosition: at,
        cache,
        attention: { rule: () => ({ kind: "full" }) },
      });
      for (let row = 0; row < tokens.length; row++) logits.push(decoder.logits(row, 1).slice());
    }
    return logits;
  }

  test.each(golden.cases)("$label: logits agree with numpy in float64", async (golden) => {
    expect(largestError(await logitsOf(toOptions(golden), 24), golden)).toBeLessThan(bound(golden));
  });

  test.each(golden.cases)("$label: chunks of any size give the same bits", async (golden) => {
    const whole = await logitsOf(toOptions(golden), 24);
    for (const chunk of [1, 5, 7]) {
      expect(await logitsOf(toOptions(golden), chunk)).toEqual(whole);
    }
  });

  test("another layout, scaling or number of KV heads shows far above the bound", async () => {
    const [plain, llama3] = golden.cases;
    const interleaved = toOptions(plain!);
    const layout = { ...interleaved.config!.rotary!, layout: "interleaved" as const };
    const wrongLayout = await logitsOf({ config: { ...interleaved.config, rotary: layout } }, 24);
    expect(largestError(wrongLayout, plain!)).toBeGreaterThan(1000 * bound(plain!));
    const unscaled = toOptions(llama3!);
    const rotary = { ...unscaled.config!.rotary!, scaling: { kind: "none" as const } };
    const wrongScaling = await logitsOf({ config: { ...unscaled.config, rotary } }, 24);
    expect(largestError(wrongScaling, llama3!)).toBeGreaterThan(1000 * bound(llama3!));
  });

  test("one forgotten key shows far above the bound", async () => {
    const [plain] = golden.cases;
    const { decoder, cache } = await openDecoder(toOptions(plain!));
    const window = { kind: "sliding-window", sinks: 0, window: 23, droppedMass: "none" } as const;
    decoder.forward({
      tokens: golden.tokens,
      firstPosition: 0,
      cache,
      attention: { rule: () => window },
    });
    const { rows } = plain!;
    const logits = Array.from(golden.tokens, (_, row) => decoder.logits(row, 1).slice());
    expect(largestError(logits, plain!)).toBeGreaterThan(10 * bound(plain!));
    expect(rows).toContain(23);
  });
});
