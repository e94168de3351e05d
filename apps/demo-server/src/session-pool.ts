import type { Model, Session } from "@sift-attention/model-runtime";

interface PoolOptions {
  /** Tokens of each session. */
  readonly contextLength: number;
  /** Sessions at most. */
  readonly slots: number;
}

/**
 * Sessions that stay open between requests, each with what its last request left in its cache: the next turn of a chat
 * goes to the one that has read the turns before. They end with the model.
 */
export class SessionPool {
  readonly #model: Model;
  readonly #contextLength: number;
  readonly #slots: number;
  /** Unused ones, the one that has waited longest first. */
  readonly #idle = new Set<Session>();
  #count = 0;

  constructor(model: Model, { contextLength, slots }: PoolOptions) {
    this.#model = model;
    this.#contextLength = contextLength;
    this.#slots = slots;
  }

  /**
   * The unused session that holds most of a prompt; a new one when none holds any of it and there may be one more.
   * The caller sees to it that no more are taken than there are slots.
   */
  async take(prompt: readonly number[], signal: AbortSignal): Promise<Session> {
    const held = (session: Session): number => session.prefixTokens(prompt);
    const [best] = [...this.#idle].sort((a, b) => held(b) - held(a));
    if (!best || (held(best) === 0 && this.#count < this.#slots)) return this.#create(signal);
    this.#idle.delete(best);
    return best;
  }

  giveBack(session: Session): void {
    this.#idle.add(session);
  }

  async #create(signal: AbortSignal): Promise<Session> {
    this.#count++;
    try {
      return await this.#model.createSession({ contextLength: this.#contextLength, signal });
    } catch (error) {
      this.#count--;
      throw error;
    }
  }
}
