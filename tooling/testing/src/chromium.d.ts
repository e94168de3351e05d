import type { Browser, LaunchOptions } from "playwright-core";

/** A headless Chromium: `$CHROMIUM`, the system's, or the one in an npm package, so that no other install is needed. */
export declare function launchChromium(options?: LaunchOptions): Promise<Browser>;
