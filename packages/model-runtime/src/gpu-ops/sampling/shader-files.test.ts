import { openGpu, validateShader } from "@sift-attention/gpu";
import { afterAll, describe, expect, test } from "vitest";
import { adjustKernel } from "./adjust.ts";
import { drawKernel } from "./draw.ts";
import { pickKernel } from "./pick.ts";
import { scatterKernel } from "./scatter.ts";
import { samplerValues } from "./shader-files.ts";
import { weighKernel } from "./weigh.ts";

const gpu = await openGpu({ backend: "null" });
afterAll(() => gpu.dispose());

describe("samplerValues", () => {
  test.each([1, 257, 49152, 262144, 2 ** 20])("suit all kernels at %d tokens", async (size) => {
    const values = samplerValues(size);
    const messages = await Promise.all([
      validateShader(gpu, adjustKernel, values),
      validateShader(gpu, pickKernel, values),
      validateShader(gpu, weighKernel, values),
      validateShader(gpu, scatterKernel, values),
      validateShader(gpu, drawKernel, values),
    ]);
    expect(messages.flat()).toEqual([]);
  });
});
