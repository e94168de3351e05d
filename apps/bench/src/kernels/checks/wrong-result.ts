/** A kernel that computed something else than it should: it is not timed, and the record says so. */
export class WrongResult extends Error {
  override readonly name = "WrongResult";
}
