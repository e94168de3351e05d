import uPlot from "uplot";

/** Draws each value as a plateau around its step. */
export const steppedPaths: uPlot.Series.PathBuilder = requireBuilder();

function requireBuilder(): uPlot.Series.PathBuilder {
  const make = uPlot.paths.stepped;
  if (!make) throw new Error("uplot: expected stepped paths, got a build without them");
  return make({ align: 1 });
}
