/** A fenced `ts` block of a README. */
export interface ReadmeExample {
  /** 1-based line of the README where the code begins; errors and stack traces count from the same top. */
  readonly line: number;
  readonly code: string;
  /** What the comments `// → text` promise, in order: one entry per line that the block prints. */
  readonly expectedOutput: readonly string[];
  /** Runs the block as a module of the package, from source; resolves to the lines printed through `console.log`. */
  run(): Promise<readonly string[]>;
}

/**
 * The fenced `ts` (or `typescript`) blocks of a README, but for those marked `ts no-run`. Each block is a module
 * of its own: it imports what it uses, the package itself by its name.
 *
 * ```ts
 * test.each(readmeExamples(new URL("../README.md", import.meta.url)))("the example on line $line prints what it says", async (example) => {
 *   expect(await example.run()).toEqual(example.expectedOutput);
 * });
 * ```
 *
 * @param readme path or file URL
 * @throws Error when the file has no `ts` block: a test over nothing must not pass
 */
export declare function readmeExamples(readme: string | URL): readonly ReadmeExample[];

/**
 * What the compiler says of all `ts` blocks of a README, those marked `no-run` included, under the package's own
 * tsconfig.json: resolves to "" when they are right, else to its messages with the README's line numbers.
 */
export declare function typecheckReadmeExamples(readme: string | URL): Promise<string>;
