const NO_VALUE = "–";
/** Between a number and its unit: a space that does not break. */
const GAP = "\u00a0";

const grouped = new Intl.NumberFormat("en");

/** An integer with thousands separators; a dash for no value. */
export function formatCount(value: number | undefined): string {
  return value === undefined ? NO_VALUE : grouped.format(Math.round(value));
}

/** A fraction in [0, 1] as a percentage with about three significant digits. */
export function formatPercent(fraction: number | undefined | null): string {
  if (fraction === undefined || fraction === null || Number.isNaN(fraction)) return NO_VALUE;
  const percent = fraction * 100;
  if (percent === 0) return `0${GAP}%`;
  if (percent < 0.01) return `<${GAP}0.01${GAP}%`;
  const digits = percent >= 99.95 ? 0 : percent >= 10 ? 1 : 2;
  return `${percent.toFixed(digits)}${GAP}%`;
}

/** A number of bytes in decimal units. */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) return NO_VALUE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  const digits = power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${GAP}${units[power]}`;
}

/** Tokens per second: one decimal under 100. */
export function formatRate(rate: number | undefined): string {
  if (rate === undefined || !Number.isFinite(rate)) return NO_VALUE;
  return rate.toFixed(rate >= 100 ? 0 : 1);
}

/** A small positive number such as a weight: 0.0123, or 1.2e-5 below a ten-thousandth. */
export function formatWeight(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return NO_VALUE;
  if (value === 0) return "0";
  if (value >= 1e-4) return Number(value.toPrecision(3)).toString();
  const [mantissa = "", exponent = ""] = value.toExponential(1).split("e");
  return `${mantissa.replace(/\.0$/, "")}e${exponent.replace("-", "−")}`;
}

/** Parameters or tokens in short: 28.3 million is 28.3 M. */
export function formatShort(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)}${GAP}B`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}${GAP}M`;
  return grouped.format(value);
}
