/** What Vite, Rolldown and tsdown have in common of a plugin. */
export interface WgslPlugin {
  readonly name: string;
  readonly enforce: "pre";
  readonly transform: {
    readonly filter: { readonly id: RegExp };
    handler(text: string): { code: string; map: null; moduleType: "js" };
  };
}

/** A plugin of Vite, Vitest, Rolldown and tsdown: `import shader from "./scores.wgsl"` gives the file's text. */
export declare function wgsl(): WgslPlugin;
