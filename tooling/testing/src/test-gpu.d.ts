/** The adapter that GPU tests run on: `SIFT_ADAPTER`, `software` where it is not set. */
export declare function testAdapter(): "software" | "hardware";

/**
 * Opens the device that the tests of one file share and disposes of it after the last of them. To be awaited at the top
 * of a `*.gpu.test.ts`. Without an adapter the file fails; it never skips.
 *
 * ```ts
 * const gpu = await openTestGpu(openGpu);
 * ```
 *
 * @param open `openGpu` of @sift-attention/gpu, which this package must not import.
 * @param options Further options for it.
 */
export declare function openTestGpu<Options extends object, Opened extends Disposable>(
  open: (options: Options & { adapter: "software" | "hardware" }) => Promise<Opened>,
  options?: Omit<Options, "adapter">,
): Promise<Opened>;
