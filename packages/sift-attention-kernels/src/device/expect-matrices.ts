import type { GpuReport, SubgroupMatrix } from "@sift-attention/gpu";
import { SiftError } from "../sift-error.ts";
import type { SubgroupSize } from "../variant.ts";

type MatrixReport = Pick<
  GpuReport,
  "features" | "subgroupMinSize" | "subgroupMaxSize" | "subgroupMatrices"
>;

const features = ["chromium-experimental-subgroup-matrix", "shader-f16"];
const columnCounts = [8, 16];

function told({ m, n, k, componentType, resultComponentType }: SubgroupMatrix): string {
  return `${componentType} to ${resultComponentType} of ${m} × ${n} × ${k}`;
}

function hasProduct(report: MatrixReport, columns: number): boolean {
  const wanted = { componentType: "f16", resultComponentType: "f32", m: 16, n: columns, k: 16 };
  return report.subgroupMatrices.some((matrix) => told(matrix) === told(wanted));
}

function refuse(expected: string, got: string): never {
  throw new SiftError(
    "missing-feature",
    `variant: matrix: expected ${expected}, got ${got}; leave matrix out`,
  );
}

/**
 * Refuses matrices on a device that does not multiply those of the score pass, or whose subgroups differ from the variant's.
 * @throws SiftError "missing-feature".
 */
export function expectMatrices(report: MatrixReport, subgroupSize: SubgroupSize): void {
  const missing = features.filter((feature) => !report.features.includes(feature));
  if (missing.length > 0) refuse(`a device with ${missing.join(" and ")}`, "one without");
  if (!columnCounts.every((columns) => hasProduct(report, columns))) {
    const offered = report.subgroupMatrices.map(told).join(", ");
    refuse("products of f16 to f32 of 16 × 8 × 16 and 16 × 16 × 16", offered || "none");
  }
  const { subgroupMinSize: least, subgroupMaxSize: most } = report;
  if (least !== most) refuse("subgroups of one size", `${least} to ${most}`);
  if (subgroupSize !== least) refuse(`subgroupSize ${least}`, `${subgroupSize}`);
}
