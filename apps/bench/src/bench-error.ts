/** A wrong option or an unusable file: the command prints the message and ends with code 2. */
export class BenchError extends Error {
  override readonly name = "BenchError";
}
