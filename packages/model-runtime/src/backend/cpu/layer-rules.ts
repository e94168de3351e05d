import type { CpuAttentionRule } from "../../ops/cpu-ops.ts";
import type { AttentionRule } from "../attention-rule.ts";

/** The rule of each layer for a pass of `rows` rows: thresholds [layers, rows, queryHeads] are cut into layers. */
export function layerRules(
  rule: AttentionRule,
  rows: number,
  queryHeads: number,
): (layer: number) => CpuAttentionRule {
  if (rule.kind === "custom") {
    const { kind, droppedMass, choose } = rule;
    return (layer) => ({
      kind,
      droppedMass,
      choose: (choice) => choose({ ...choice, layer }),
    });
  }
  if (rule.kind !== "sift") return () => rule;
  const { logThresholds } = rule;
  const size = rows * queryHeads;
  if (logThresholds) {
    return (layer) => ({
      ...rule,
      logThresholds: logThresholds.subarray(layer * size, (layer + 1) * size),
    });
  }
  const keepAll = { ...rule, logThresholds: new Float32Array(size).fill(-Infinity) };
  return () => keepAll;
}
