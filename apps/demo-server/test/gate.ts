/** A point that a test holds closed until it says so, and can wait for someone to reach. */
export interface Gate {
  /** Resolves once the gate is open. */
  pass(): Promise<void>;
  open(): void;
  /** Resolves when `pass` has been called. */
  readonly reached: Promise<void>;
}

export function createGate(): Gate {
  let open = () => {};
  let reach = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return {
    open,
    reached,
    pass() {
      reach();
      return opened;
    },
  };
}
