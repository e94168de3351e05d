/** A plugin of Vite, Vitest, Rolldown and tsdown: `import shader from "./scores.wgsl"` gives the file's text. */
export function wgsl() {
  return {
    name: "wgsl",
    enforce: "pre",
    transform: {
      filter: { id: /\.wgsl$/ },
      handler(text) {
        return { code: `export default ${JSON.stringify(text)};`, map: null, moduleType: "js" };
      },
    },
  };
}
