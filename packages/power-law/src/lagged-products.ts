/**
 * Σ r[i] · r[i + 1] over the residuals of a line through the means of a growing set of points, in constant memory.
 *
 * With e = ln y + β ln x and u = ln x, both about their means, three sums of products of neighbours are carried:
 * Σ e e⁺, Σ (e u⁺ + u e⁺) and Σ u u⁺. They follow the moving means as Welford's sums do, and they turn with β, so that
 * e stays a residual: of the size of the noise, not of the law, where differences of large sums would lose it.
 */
export class LaggedProducts {
  #count = 0;
  #exponent = 0;
  #meanX = 0;
  #meanY = 0;
  #firstX = 0;
  #firstY = 0;
  #lastX = 0;
  #lastY = 0;
  #ee = 0;
  #eu = 0;
  #uu = 0;

  /** Takes one more point, then turns to the exponent β that now fits best. */
  observe(logX: number, logY: number, exponent: number): void {
    if (this.#count === 0) {
      this.#firstX = logX;
      this.#firstY = logY;
    }
    this.#add(logX, logY);
    this.#turn(exponent - this.#exponent);
    this.#exponent = exponent;
    this.#lastX = logX;
    this.#lastY = logY;
  }

  /** Σ r[i] · r[i + 1] of the line through the means whose exponent is the last β plus `turn`. */
  sum(turn: number): number {
    return this.#ee + turn * this.#eu + turn ** 2 * this.#uu;
  }

  #turn(turn: number): void {
    this.#ee = this.sum(turn);
    this.#eu += 2 * turn * this.#uu;
  }

  /**
   * For a and b about their means, which move by δa and δb, and n points with the new one:
   * Σ a b⁺ grows by δa · b[1] + δb · a[n − 1] + (n − 2) δa δb (old means) and a[n − 1] · b[n] (new means).
   */
  #add(logX: number, logY: number): void {
    const count = ++this.#count;
    const beta = this.#exponent;
    const moveX = (logX - this.#meanX) / count;
    const moveE = moveX * beta + (logY - this.#meanY) / count;
    if (count > 1) {
      const firstU = this.#firstX - this.#meanX;
      const firstE = this.#firstY - this.#meanY + beta * firstU;
      const lastU = this.#lastX - this.#meanX;
      const lastE = this.#lastY - this.#meanY + beta * lastU;
      const newU = logX - this.#meanX - moveX;
      const newE = logY - this.#meanY + beta * (logX - this.#meanX) - moveE;
      const pairs = count - 2;
      this.#uu += moveX * (firstU + lastU + pairs * moveX) + (lastU - moveX) * newU;
      this.#ee += moveE * (firstE + lastE + pairs * moveE) + (lastE - moveE) * newE;
      this.#eu +=
        moveX * (firstE + lastE) +
        moveE * (firstU + lastU) +
        2 * pairs * moveX * moveE +
        (lastU - moveX) * newE +
        (lastE - moveE) * newU;
    }
    this.#meanX += moveX;
    this.#meanY += (logY - this.#meanY) / count;
  }
}
