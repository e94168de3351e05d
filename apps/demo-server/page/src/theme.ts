import { type ReadonlySignal, type Signal, signal } from "@preact/signals";

/** "system" follows prefers-color-scheme. */
export type Theme = "system" | "light" | "dark";

const STORAGE_KEY = "sift-theme";
const root = document.documentElement;
const chosen: Signal<Theme> = signal(readTheme());
const paints: Signal<number> = signal(0);

export const theme: ReadonlySignal<Theme> = chosen;
/** Changes whenever colours may have: canvases read it and paint again. */
export const paintVersion: ReadonlySignal<number> = paints;

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  paints.value += 1;
});

/** Goes from system to light to dark and round again, and remembers the choice. */
export function cycleTheme(): void {
  const order: readonly Theme[] = ["system", "light", "dark"];
  const next = order[(order.indexOf(chosen.value) + 1) % order.length] ?? "system";
  if (next === "system") delete root.dataset.theme;
  else root.dataset.theme = next;
  try {
    localStorage.setItem(STORAGE_KEY, next);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
  chosen.value = next;
  paints.value += 1;
}

/** What public/theme.js set before the first paint. */
function readTheme(): Theme {
  const { theme: set } = root.dataset;
  return set === "light" || set === "dark" ? set : "system";
}
