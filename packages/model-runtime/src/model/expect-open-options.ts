import type { OpenModelOptions } from "../open-options.ts";
import { expectNumber } from "../sampling/expect-number.ts";
import { expectChoice } from "../session/expect-choice.ts";

/** @throws ModelError "bad-option" that names the option, what it takes and the value. */
export function expectOpenOptions(options: OpenModelOptions): void {
  const { backend, cpu, threads, adapter, kvType, memoryBytes } = options;
  expectChoice("backend", backend ?? "auto", ["auto", "cpu", "webgpu"]);
  expectChoice("cpu", cpu ?? "auto", ["auto", "wasm", "plain"]);
  expectChoice("adapter", adapter ?? "hardware", ["hardware", "software", "any"]);
  expectChoice("kvType", kvType ?? "f16", ["f16", "f32", "int8"]);
  if (threads !== undefined) expectNumber("threads", threads, { min: 1, integer: true });
  if (memoryBytes !== undefined) {
    expectNumber("memoryBytes", memoryBytes, { min: 1, integer: true });
  }
}
