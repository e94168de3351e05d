/**
 * Runs a module in a page of a headless Chromium whose WebGPU adapter is SwiftShader. The module is bundled for
 * browsers from the packages' sources, shaders included; its default export, a function without arguments, is called
 * there, and what it resolves to comes back as JSON.
 *
 * ```ts
 * const result = await runInBrowserGpu(new URL("./in-browser.fixture.ts", import.meta.url));
 * ```
 *
 * @param entry The module's path or file URL.
 * @throws Error with the page's message and stack when the module throws there.
 */
export declare function runInBrowserGpu(entry: string | URL): Promise<unknown>;

/** A module and all that it imports as one file for browsers, from the packages' sources. */
export declare function bundleForBrowser(entry: string | URL): Promise<string>;
