// Prints the speed of the CPU operators at the shapes of tales-28m: node scripts/measure-ops.mjs [threads …]
//
// Best of several short runs, for comparing two versions on a quiet machine; not a benchmark of record.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleOps } from "./bundle-ops.mjs";

const hidden = 512;
const feedForward = 1536;
const geometry = { queryHeads: 8, kvHeads: 2, headDim: 64 };
const bitsPerNumber = { f32: 32, f16: 16, q8_0: 8.5, q4_1: 5, q4_k: 4.5, q6_k: 6.5625 };

/** Milliseconds of one call: the best of seven runs of some 30 ms. */
function measure(call) {
  const once = (repeats) => {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) call();
    return (performance.now() - start) / repeats;
  };
  const repeats = Math.max(1, Math.ceil(30 / Math.max(once(3), 1e-3)));
  return Math.min(...Array.from({ length: 7 }, () => once(repeats)));
}

function noise(ops, count) {
  const region = ops.allocate(4 * count);
  const floats = region.floats();
  for (let i = 0; i < count; i++) floats[i] = Math.sin(i * 12.9898 + i * i * 0.001);
  return region;
}

/** Random bits with small scales: every f16 among them is finite. */
function noisyMatrix(ops, format, rows, columns) {
  const region = ops.allocate((rows * columns * bitsPerNumber[format]) / 8);
  const shorts = new Uint16Array(
    region.bytes().buffer,
    region.bytes().byteOffset,
    region.byteLength >> 1,
  );
  for (let i = 0; i < shorts.length; i++) shorts[i] = ((i * 40_503) & 0x83ff) | 0x2400;
  return { region, format, rows, columns };
}

function measureMatmul(ops, format, rows, columns, outputs) {
  const weight = noisyMatrix(ops, format, outputs, columns);
  const x = noise(ops, rows * columns);
  const out = ops.allocate(4 * rows * outputs);
  const ms = measure(() => ops.matmul(out, x, weight, rows));
  const speed = (rows * columns * outputs) / ms / 1e6;
  const name = `matmul ${format} [${rows}, ${columns}] × [${outputs}, ${columns}]`;
  print(name, ms, `${speed.toFixed(2)} GMAC/s`);
  for (const region of [weight.region, x, out]) region.free();
}

function measureAttention(ops, rows, context, rule, name, quantile) {
  const { queryHeads, kvHeads, headDim } = geometry;
  const call = {
    ...{ geometry, rows, firstPosition: context - rows, capacity: context, scale: 0.125, rule },
    query: noise(ops, rows * queryHeads * headDim),
    keys: noise(ops, kvHeads * context * headDim),
    values: noise(ops, kvHeads * context * headDim),
    valueSums: ops.allocate(4 * kvHeads * headDim),
    out: ops.allocate(4 * rows * queryHeads * headDim),
    ...(quantile !== undefined && { quantile }),
  };
  const ms = measure(() => ops.attention(call));
  const speed = (2 * rows * (context - rows / 2) * queryHeads * headDim) / ms / 1e6;
  print(`attention ${name}, ${rows} rows at ${context}`, ms, `${speed.toFixed(2)} GMAC/s`);
  for (const part of ["query", "keys", "values", "valueSums", "out"]) call[part].free();
}

function print(name, ms, speed) {
  console.log(`${name.padEnd(56)} ${ms.toFixed(4).padStart(9)} ms  ${speed}`);
}

function sift(rows, logThreshold) {
  const logThresholds = new Float32Array(rows * geometry.queryHeads).fill(logThreshold);
  return { kind: "sift", logThresholds, droppedMass: "mean-value", keepFirst: 4, keepLast: 32 };
}

function measureAll(ops) {
  console.log(`\n${ops.description}`);
  for (const format of Object.keys(bitsPerNumber)) {
    measureMatmul(ops, format, 1, hidden, feedForward);
  }
  measureMatmul(ops, "f16", 1, feedForward, hidden);
  measureMatmul(ops, "f16", 1, hidden, 8192);
  for (const format of ["f32", "f16", "q8_0"]) {
    measureMatmul(ops, format, 256, hidden, feedForward);
  }
  measureMatmul(ops, "f16", 256, feedForward, hidden);
  measureMatmul(ops, "f16", 256, hidden, 128);
  for (const context of [1024, 8192]) {
    measureAttention(ops, 1, context, { kind: "full" }, "full");
    measureAttention(ops, 1, context, { kind: "full" }, "full, quantile", 0.75);
    measureAttention(ops, 1, context, sift(1, Math.log(2 / context)), "sift");
    measureAttention(
      ...[ops, 1, context, { kind: "top-k", fraction: 0.125, droppedMass: "none" }, "top-k"],
    );
    measureAttention(ops, 256, context, { kind: "full" }, "full");
    measureAttention(ops, 256, context, sift(256, Math.log(2 / context)), "sift");
  }
  const x = noise(ops, 256 * feedForward);
  const y = noise(ops, 256 * feedForward);
  const count = 256 * feedForward;
  const perNumber = (ms, numbers) => `${(numbers / ms / 1e6).toFixed(2)} G numbers/s`;
  let ms = measure(() => ops.siluMultiply(x, y, count));
  print("siluMultiply [256, 1536]", ms, perNumber(ms, count));
  ms = measure(() => ops.rmsNorm(x, x, y, 256, hidden, 1e-5));
  print("rmsNorm [256, 512]", ms, perNumber(ms, 256 * hidden));
  ms = measure(() => ops.rmsNorm(x, x, y, 1, hidden, 1e-5));
  print("rmsNorm [1, 512]", ms, perNumber(ms, hidden));
}

const folder = await bundleOps("measure-ops");
const { createCpuOps } = await import(pathToFileURL(join(folder, "create-cpu-ops.js")).href);
const wanted = process.argv.slice(2).map(Number);
for (const threads of wanted.length > 0 ? wanted : [1, 2]) {
  const ops = await createCpuOps({ kind: "wasm", threads });
  measureAll(ops);
  await ops.dispose();
}
