import { expectSlopePrior, type RunningFitOptions, refuseMethod } from "./fit-options.ts";
import { LaggedProducts } from "./lagged-products.ts";
import { leastSquaresLine, slopePriorLine } from "./line.ts";
import { expectLog } from "./log-points.ts";
import { expectCount, expectSlope, type Moments } from "./moments.ts";
import { PowerLawError } from "./power-law-error.ts";
import { describeFit, type PowerLawFit } from "./power-law-fit.ts";
import { autocorrelationOf } from "./residuals.ts";

/**
 * A power law fitted to points that arrive one by one, in constant memory: the points themselves are not kept.
 * Agrees with `fitPowerLaw` on the same points up to rounding. It fits what constant memory allows: least squares,
 * and the slope prior with a mean intercept.
 */
export class RunningPowerLaw {
  #count = 0;
  #meanLogX = 0;
  #meanLogY = 0;
  #sxx = 0;
  #sxy = 0;
  #syy = 0;
  // Σ r² of least squares, grown by recursive residuals (Brown, Durbin and Evans 1975): sums of squares, so that
  // nothing cancels where S_yy − S_xy² / S_xx would.
  #rss = 0;
  readonly #lagged = new LaggedProducts();

  /** Points observed. */
  get count(): number {
    return this.#count;
  }

  /**
   * Takes one more point.
   *
   * @param x above 0
   * @param y above 0
   * @throws PowerLawError "bad-value"; the point is then not taken
   */
  observe(x: number, y: number): void {
    const logX = expectLog(x, "x");
    const logY = expectLog(y, "y");
    const dx = logX - this.#meanLogX;
    const dy = logY - this.#meanLogY;
    this.#rss += this.#newResidualSquare(dx, dy);
    this.#count++;
    this.#meanLogX += dx / this.#count;
    this.#meanLogY += dy / this.#count;
    this.#sxx += dx * (logX - this.#meanLogX);
    this.#sxy += dx * (logY - this.#meanLogY);
    this.#syy += dy * (logY - this.#meanLogY);
    this.#lagged.observe(logX, logY, this.#leastSquaresExponent());
  }

  /**
   * The fit to the points observed so far.
   *
   * @throws PowerLawError "too-few-points", "constant-x" (least squares needs two different x), "bad-option"
   */
  fit(options: RunningFitOptions = {}): PowerLawFit {
    switch (options.method) {
      case undefined:
      case "least-squares":
        return this.#fitLeastSquares();
      case "slope-prior":
        return this.#fitSlopePrior(options);
      default:
        return refuseMethod(Reflect.get(options, "method"), "least-squares or slope-prior");
    }
  }

  #leastSquaresExponent(): number {
    return this.#sxx > 0 ? -this.#sxy / this.#sxx : 0;
  }

  /** How much the squared residuals of least squares grow with a point at (dx, dy) from the means. */
  #newResidualSquare(dx: number, dy: number): number {
    const count = this.#count;
    if (count === 0) return 0;
    if (this.#sxx > 0) {
      const error = dy + this.#leastSquaresExponent() * dx;
      return error ** 2 / (1 + 1 / count + dx ** 2 / this.#sxx);
    }
    // As long as all x are equal the fit is the mean; the first other x is met exactly by the slope.
    return dx === 0 ? dy ** 2 / (1 + 1 / count) : 0;
  }

  #moments(): Moments {
    return {
      count: this.#count,
      meanLogX: this.#meanLogX,
      meanLogY: this.#meanLogY,
      sxx: this.#sxx,
      sxy: this.#sxy,
      syy: this.#syy,
    };
  }

  #fitLeastSquares(): PowerLawFit {
    const moments = this.#moments();
    expectSlope(moments, "least-squares");
    const autocorrelation = autocorrelationOf(this.#lagged.sum(0), this.#rss);
    return describeFit(moments, leastSquaresLine(moments), { squares: this.#rss, autocorrelation });
  }

  #fitSlopePrior(options: RunningFitOptions & { readonly method: "slope-prior" }): PowerLawFit {
    const prior = expectSlopePrior(options);
    if (options.intercept !== "mean") {
      throw new PowerLawError(
        "bad-option",
        `intercept: expected mean, got ${options.intercept}: a median needs all points, as fitPowerLaw has them`,
      );
    }
    const moments = this.#moments();
    expectCount(moments.count, 1, "slope-prior");
    const line = slopePriorLine(moments, prior, this.#rss);
    const turn = line.exponent - this.#leastSquaresExponent();
    const squares = this.#rss + turn ** 2 * moments.sxx;
    const autocorrelation = autocorrelationOf(this.#lagged.sum(turn), squares);
    return describeFit(moments, line, { squares, autocorrelation });
  }
}
