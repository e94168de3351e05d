// uPlot makes a number format for navigator.language as it is loaded. A browser started in the POSIX locale calls that
// "en-US@posix", which is no language tag, and the page would stay blank. Import this before anything that draws.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
}
