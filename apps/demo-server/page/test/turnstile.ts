/** Lets a stream's events through until one that the test waits for, and holds that one until it is released. */
export interface Turnstile {
  /** Awaited before each event goes out. */
  readonly pace: (event: string) => Promise<void>;
  /** Holds the next event that matches; resolves when it has come. */
  holdAt(matches: (event: string) => boolean): Promise<void>;
  /** Lets the held event and all others go. */
  release(): void;
}

export function createTurnstile(): Turnstile {
  let matches: ((event: string) => boolean) | undefined;
  let reach = () => {};
  let open = () => {};
  return {
    async pace(event) {
      if (!matches?.(event)) return;
      matches = undefined;
      await new Promise<void>((resolve) => {
        open = resolve;
        reach();
      });
    },
    holdAt(wanted) {
      matches = wanted;
      return new Promise<void>((resolve) => {
        reach = resolve;
      });
    },
    release() {
      matches = undefined;
      open();
    },
  };
}

/** Matches the live event of a step. */
export function isStep(step: number): (event: string) => boolean {
  return (event) => event.startsWith("event: sift\n") && event.includes(`"step":${step},`);
}
