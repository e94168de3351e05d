import type { AttentionGeometry } from "@sift-attention/tensor";
import { ModelError } from "../../model-error.ts";

const least = 32;
const greatest = 256;
const step = 8;

/** @throws ModelError "no-backend" for heads that the attention kernels do not take. */
export function expectGeometry({ headDim }: AttentionGeometry): void {
  if (headDim >= least && headDim <= greatest && headDim % step === 0) return;
  throw new ModelError(
    "no-backend",
    `webgpu: headDim: expected a multiple of ${step} from ${least} to ${greatest}, got ${headDim}; take backend "cpu"`,
  );
}
