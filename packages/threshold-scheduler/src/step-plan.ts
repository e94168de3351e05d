/** What attention does at one step. The union makes thresholds unreadable during warmup. */
export type StepPlan =
  | {
      /** "dense": one step under full attention after the warmup, because the text has changed. */
      readonly phase: "warmup" | "dense";
      /** 1-based generated token. */
      readonly step: number;
      /** τ: the quantile of the weights to report back, in (0, 1). */
      readonly quantile: number;
    }
  | {
      readonly phase: "sift";
      /** 1-based generated token. */
      readonly step: number;
      /** ln θ: [layers, heads]. A key is kept when score − logSumExp ≥ ln θ. Valid until the next plan. */
      readonly logThresholds: Float32Array;
    };
