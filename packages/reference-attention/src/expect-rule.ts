import { expectLength } from "@sift-attention/tensor";
import { AttentionError } from "./attention-error.ts";
import { expectFraction, expectPositive, expectWhole } from "./expect-number.ts";
import type { GivenRule, KeepRule } from "./keep-rule.ts";

/**
 * Refuses a rule that no head can follow.
 * @throws AttentionError "invalid-rule" when a number is out of its range.
 * @throws TensorError "length-mismatch" when a per-head array has another length.
 */
export function expectRule(rule: KeepRule, queryHeads: number, contextLength: number): void {
  switch (rule.kind) {
    case "full":
      return;
    case "top-k":
      if ("fraction" in rule) expectFraction("invalid-rule", "fraction", rule.fraction);
      else expectPerHead("k", rule.k, queryHeads, (name, k) => expectWholeRule(name, k, 0));
      return;
    case "sift":
      expectPerHead("logThresholds", rule.logThresholds, queryHeads, expectNumber);
      expectWholeRule("keepFirst", rule.keepFirst ?? 0, 0);
      expectWholeRule("keepLast", rule.keepLast ?? 0, 0);
      return;
    case "sliding-window":
      expectWholeRule("sinks", rule.sinks, 0);
      expectWholeRule("window", rule.window, 0);
      return;
    case "top-p":
      expectFraction("invalid-rule", "mass", rule.mass);
      return;
    case "blasst":
      expectPositive("invalid-rule", "numerator", rule.numerator);
      expectWholeRule("blockSize", rule.blockSize ?? 1, 1);
      return;
    case "given":
      expectGivenSize(rule, queryHeads, contextLength);
  }
}

function expectWholeRule(name: string, value: number, minimum: number): void {
  expectWhole("invalid-rule", name, value, minimum);
}

function expectNumber(name: string, value: number): void {
  if (!Number.isNaN(value)) return;
  throw new AttentionError("invalid-rule", `${name}: expected a number or an infinity, got NaN`);
}

function expectPerHead(
  name: string,
  value: number | ArrayLike<number>,
  queryHeads: number,
  check: (name: string, value: number) => void,
): void {
  if (typeof value === "number") {
    check(name, value);
    return;
  }
  expectLength(name, [queryHeads], value);
  for (let head = 0; head < queryHeads; head++) check(`${name}[${head}]`, value[head]!);
}

function expectGivenSize({ keptSet }: GivenRule, queryHeads: number, contextLength: number): void {
  if (keptSet.heads === queryHeads && keptSet.contextLength === contextLength) return;
  throw new AttentionError(
    "invalid-rule",
    `keptSet: expected ${queryHeads} heads of ${contextLength} keys, ` +
      `got ${keptSet.heads} of ${keptSet.contextLength}`,
  );
}
