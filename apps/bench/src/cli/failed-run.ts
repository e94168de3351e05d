/** A result that must not pass for one, after everything was written: the command ends with code 1. */
export class FailedRun extends Error {
  override readonly name = "FailedRun";
}
