import type { Gpu } from "../device/gpu.ts";
import { GpuError } from "../gpu-error.ts";
import type { AssembledShader } from "./assemble-shader.ts";
import { locateLine } from "./line-map.ts";
import { formatShaderMessage, type ShaderMessage } from "./shader-message.ts";

function place(message: GPUCompilationMessage, shader: AssembledShader): ShaderMessage {
  const found = locateLine(shader.lineMap, message.lineNum);
  return {
    type: message.type,
    text: message.message,
    file: found?.file,
    line: found?.line ?? 0,
    column: found ? message.linePos : 0,
    source: found?.source ?? "",
  };
}

/** A compiled shader and what the compiler had to say. */
export interface CompiledShader {
  readonly module: GPUShaderModule;
  readonly messages: readonly ShaderMessage[];
}

/**
 * Compiles a shader.
 * @throws GpuError "shader-compile" that lists each error with its file, line and column.
 */
export async function compileShader(
  gpu: Gpu,
  name: string,
  shader: AssembledShader,
): Promise<CompiledShader> {
  const { device } = gpu;
  device.pushErrorScope("validation"); // its text repeats the messages, with the assembled text's lines
  const module = device.createShaderModule({ label: name, code: shader.code });
  const scope = device.popErrorScope().catch(() => null);
  const info = await module.getCompilationInfo();
  const refusal = await scope;
  gpu.expectUsable(`kernel ${name}`);
  const messages = info.messages.map((message) => place(message, shader));
  const errors = messages.filter(({ type }) => type === "error");
  if (errors.length === 0 && !refusal) return { module, messages };
  const list = errors.map(formatShaderMessage).join("\n") || refusal?.message;
  throw new GpuError(
    "shader-compile",
    `kernel ${name}: expected a shader that compiles, got\n${list}`,
    { messages },
  );
}
