import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { wgsl } from "@sift-attention/wgsl";
import { build } from "vite";
import { launchChromium } from "./chromium.js";

const page = `<!doctype html><title>WebGPU</title>`;

/** A module and all that it imports as one file for browsers, from the packages' sources. */
export async function bundleForBrowser(entry) {
  const path = entry instanceof URL ? fileURLToPath(entry) : entry;
  const results = await build({
    configFile: false,
    logLevel: "error",
    plugins: [wgsl()],
    resolve: {
      conditions: ["@sift-attention/source", "module", "browser", "development|production"],
    },
    build: {
      write: false,
      minify: false,
      target: "es2022",
      lib: { entry: path, formats: ["es"] },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const { output } = [results].flat()[0];
  return output.map(({ code }) => code ?? "").join("\n");
}

/** Serves the page and the bundle on loopback, which counts as a secure context. */
function serve(code) {
  const server = createServer((request, response) => {
    const isModule = request.url === "/entry.js";
    response.setHeader("Content-Type", isModule ? "text/javascript" : "text/html");
    response.end(isModule ? code : page);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

// Text, not a function: Vitest would rewrite its import. What is thrown there would lose its stack on the way.
const callEntry = `import("/entry.js")
  .then(async ({ default: run }) => ({ json: JSON.stringify(await run()) }))
  .catch((error) => ({ error: String(error?.stack ?? error) }))`;

async function evaluateAt(url) {
  const browser = await launchChromium();
  try {
    const tab = await browser.newPage();
    await tab.goto(url);
    return await tab.evaluate(callEntry);
  } finally {
    await browser.close();
  }
}

/** Calls a module's default export in a page of a headless Chromium with WebGPU in software. */
export async function runInBrowserGpu(entry) {
  const server = await serve(await bundleForBrowser(entry));
  try {
    const { json, error } = await evaluateAt(`http://127.0.0.1:${server.address().port}/`);
    if (error !== undefined) throw new Error(`${entry} in the browser: ${error}`);
    return json === undefined ? undefined : JSON.parse(json);
  } finally {
    server.close();
  }
}
