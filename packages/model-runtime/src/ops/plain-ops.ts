import { ModelError } from "../model-error.ts";
import { appendPlain } from "./append.plain.ts";
import { attentionPlain } from "./attention.plain.ts";
import type { CpuOps, CpuRegion } from "./cpu-ops.ts";
import {
  addPlain,
  geluMultiplyPlain,
  geluPlain,
  scalePlain,
  siluMultiplyPlain,
  softCapPlain,
} from "./elementwise.plain.ts";
import { embedPlain } from "./embed.plain.ts";
import {
  expectAppend,
  expectAttention,
  expectFloats,
  expectIds,
  expectLayerNorm,
  expectMatrix,
  expectRotate,
} from "./expect-call.ts";
import { layerNormPlain } from "./layer-norm.plain.ts";
import { matmulPlain } from "./matmul.plain.ts";
import { rmsNormPlain } from "./rms-norm.plain.ts";
import { rotatePlain } from "./rotate.plain.ts";

/**
 * The operators in plain TypeScript: one thread, sums in float64. The oracle and the fallback.
 * `reason` says in `description` why they were fallen back on.
 */
export function createPlainOps(reason?: string): CpuOps {
  let liveBytes = 0;
  let isDisposed = false;

  function allocate(byteLength: number): CpuRegion {
    if (isDisposed) throw new ModelError("disposed", "allocate: these ops were disposed of");
    let buffer: ArrayBuffer | undefined = allocateBuffer(byteLength, liveBytes);
    liveBytes += byteLength;
    const held = (): ArrayBuffer => {
      if (buffer === undefined) throw new ModelError("disposed", "region: it was freed");
      return buffer;
    };
    return {
      byteLength,
      bytes: () => new Uint8Array(held(), 0, byteLength),
      floats: () => new Float32Array(held(), 0, Math.floor(byteLength / 4)),
      free() {
        if (buffer !== undefined) liveBytes -= byteLength;
        buffer = undefined;
      },
    };
  }

  return {
    description: `plain TypeScript, 1 thread${reason === undefined ? "" : ` (${reason})`}`,
    threads: 1,
    get liveBytes() {
      return liveBytes;
    },
    allocate,
    embed(out, table, ids) {
      expectMatrix("table", table);
      expectIds(ids, table);
      expectFloats("out", out, ids.length * table.columns);
      embedPlain(out.floats(), table, ids);
    },
    matmul(out, x, weight, rows, bias) {
      expectMatrix("weight", weight);
      expectFloats("x", x, rows * weight.columns);
      expectFloats("out", out, rows * weight.rows);
      if (bias !== undefined) expectFloats("bias", bias, weight.rows);
      matmulPlain(out.floats(), x.floats(), weight, rows, bias?.floats());
    },
    rmsNorm(out, x, weight, rows, width, epsilon) {
      expectFloats("x", x, rows * width);
      expectFloats("out", out, rows * width);
      expectFloats("weight", weight, width);
      rmsNormPlain(out.floats(), x.floats(), weight.floats(), rows, width, epsilon);
    },
    layerNorm(out, x, call) {
      expectLayerNorm(out, x, call);
      const { weight, bias } = call;
      const numbers = { weight: weight.floats(), bias: bias.floats() };
      layerNormPlain(out.floats(), x.floats(), { ...call, ...numbers });
    },
    rotate(x, call) {
      expectRotate(x, call);
      rotatePlain(x.floats(), call);
    },
    siluMultiply(gate, up, count) {
      expectFloats("gate", gate, count);
      expectFloats("up", up, count);
      siluMultiplyPlain(gate.floats(), up.floats(), count);
    },
    geluMultiply(gate, up, count) {
      expectFloats("gate", gate, count);
      expectFloats("up", up, count);
      geluMultiplyPlain(gate.floats(), up.floats(), count);
    },
    gelu(x, count) {
      expectFloats("x", x, count);
      geluPlain(x.floats(), count);
    },
    scale(x, factor, count) {
      expectFloats("x", x, count);
      scalePlain(x.floats(), factor, count);
    },
    softCap(x, cap, count) {
      expectFloats("x", x, count);
      softCapPlain(x.floats(), cap, count);
    },
    add(x, y, count) {
      expectFloats("x", x, count);
      expectFloats("y", y, count);
      addPlain(x.floats(), y.floats(), count);
    },
    append(cache, x, call) {
      expectAppend(cache, x, call);
      appendPlain(cache.floats(), x.floats(), call);
    },
    attention(call) {
      expectAttention(call);
      return attentionPlain(call);
    },
    async dispose() {
      isDisposed = true;
    },
  };
}

function allocateBuffer(byteLength: number, liveBytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(Math.ceil(byteLength / 4) * 4);
  } catch (cause) {
    throw new ModelError(
      "out-of-memory",
      `allocate: ${byteLength} bytes asked, ${liveBytes} bytes in use`,
      { cause },
    );
  }
}
