/** Names of the page's colours that canvases paint with. */
export type PaintName =
  | "ink"
  | "ink-soft"
  | "ink-faint"
  | "line"
  | "surface"
  | "kept"
  | "skipped"
  | "warmup"
  | "warmup-soft"
  | "loss"
  | "loss-soft";

/** Reads the page's colours as a canvas understands them, whichever theme holds. */
export interface ColourProbe {
  read(name: PaintName): string;
  remove(): void;
}

/** Adds an invisible element whose computed colour resolves custom properties and light-dark(). */
export function createColourProbe(host: HTMLElement): ColourProbe {
  const probe = document.createElement("span");
  probe.hidden = true;
  host.append(probe);
  const computed = getComputedStyle(probe);
  return {
    read(name) {
      probe.style.color = `var(--${name})`;
      return computed.color;
    },
    remove: () => probe.remove(),
  };
}
