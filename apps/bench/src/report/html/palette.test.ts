import { describe, expect, test } from "vitest";
import { HEAT_STEPS, PALETTE } from "./palette.ts";

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** WCAG 2.2, 1.4.3. */
function contrast(a: string, b: string, theme: 0 | 1): number {
  const [x, y] = [luminance(PALETTE[a]![theme]), luminance(PALETTE[b]![theme])];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

describe.each([
  ["light", 0],
  ["dark", 1],
] as const)("PALETTE, %s", (_, theme) => {
  test.each(["ink", "ink-soft", "ink-faint", "green"])("%s is read on paper and surface", (ink) => {
    for (const ground of ["paper", "surface"])
      expect(contrast(ink, ground, theme)).toBeGreaterThan(4.5);
  });

  test("series stand out from the surface and from the band", () => {
    for (const name of [
      "grey",
      "green",
      "blue",
      "rose",
      "amber",
      "purple",
      "cyan",
      "olive",
      "brown",
    ]) {
      expect(contrast(name, "surface", theme), name).toBeGreaterThan(3);
      expect(contrast(name, "band", theme), name).toBeGreaterThan(3);
    }
  });

  test("numbers are read on every step of the heat, and the steps go one way", () => {
    for (let step = 0; step < HEAT_STEPS; step++) {
      expect(contrast(`heat-ink-${step}`, `heat-${step}`, theme), String(step)).toBeGreaterThan(
        4.5,
      );
      if (step === 0) continue;
      const [before, now] = [step - 1, step].map((at) => luminance(PALETTE[`heat-${at}`]![theme]));
      expect(theme === 0 ? before! - now! : now! - before!).toBeGreaterThan(0);
    }
  });
});
