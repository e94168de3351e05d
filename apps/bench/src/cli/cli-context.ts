/** What a command may touch outside of itself. */
export interface CliContext {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: NodeJS.WriteStream;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}
