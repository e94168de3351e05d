import { paintVersion } from "../theme.ts";

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
  const known = new Map<PaintName, string>();
  let version = paintVersion.peek();
  return {
    read(name) {
      if (version !== paintVersion.peek()) known.clear();
      version = paintVersion.peek();
      const colour = known.get(name) ?? resolve(probe, computed, name);
      known.set(name, colour);
      return colour;
    },
    remove: () => probe.remove(),
  };
}

function resolve(probe: HTMLElement, computed: CSSStyleDeclaration, name: PaintName): string {
  probe.style.color = `var(--${name})`;
  return computed.color;
}
