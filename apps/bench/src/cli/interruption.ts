/** The user's end of a command that does not go on by itself: the message says what is there. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}
