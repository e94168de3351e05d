/** Compiles each shape once, for all who ask. */
export class CompileOnce<Options, Compiled> {
  readonly #compile: (options: Options) => Promise<Compiled>;
  readonly #compiled = new Map<string, Promise<Compiled>>();

  constructor(compile: (options: Options) => Promise<Compiled>) {
    this.#compile = compile;
  }

  /** @param options Plain data. */
  get(options: Options): Promise<Compiled> {
    const key = JSON.stringify(options);
    const known = this.#compiled.get(key);
    if (known) return known;
    const compiled = this.#compile(options);
    this.#compiled.set(key, compiled);
    compiled.catch(() => this.#compiled.delete(key));
    return compiled;
  }
}
