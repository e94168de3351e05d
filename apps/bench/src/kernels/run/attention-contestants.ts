import type { Contestant } from "./contestant.ts";
import type { KernelName } from "./kernel-name.ts";
import type { KernelSettings } from "./kernel-settings.ts";
import type { StepInput } from "./step-inputs.ts";
import type { BoundAttention, Subject } from "./subject.ts";

/** What the sift with its default gate, and the one in one pass, are measured at. */
const DEFAULT_FRACTION = 0.25;

interface Entry {
  readonly kernel: KernelName;
  readonly fraction: number;
}

function entries({ kernels, fractions }: KernelSettings): Entry[] {
  const dropping = fractions.filter((fraction) => fraction < 1).toSorted((a, b) => b - a);
  const all: Entry[] = [
    { kernel: "scores", fraction: 1 },
    { kernel: "full", fraction: 1 },
    { kernel: "sifted", fraction: 1 },
    { kernel: "sifted-lowest", fraction: 1 },
    ...dropping.map((fraction): Entry => ({ kernel: "sifted", fraction })),
    ...dropping
      .filter((fraction) => fraction === DEFAULT_FRACTION)
      .map((fraction): Entry => ({ kernel: "sifted-default", fraction })),
    ...dropping
      .filter((fraction) => fraction === DEFAULT_FRACTION)
      .map((fraction): Entry => ({ kernel: "sifted-sampled", fraction })),
    ...dropping.map((fraction): Entry => ({ kernel: "top-k", fraction })),
  ];
  return all.filter(({ kernel }) => kernels.includes(kernel));
}

/** The attention kernels that the settings ask for, each over the first `contextLength` keys of every sequence. */
export function attentionContestants(
  subject: Subject,
  settings: KernelSettings,
  contextLength: number,
): Contestant[] {
  return entries(settings).map(({ kernel, fraction }) => {
    const input: StepInput = {
      contextLength,
      fraction,
      ...(kernel === "sifted-lowest" ? { isLowest: true } : {}),
      ...(kernel === "sifted-sampled" ? { estimates: subject.estimates.get(contextLength)! } : {}),
    };
    const proof = kernel === "scores" && recorder(subject, "sifted", contextLength);
    return {
      kernel,
      fraction,
      prepare: subject.inputs.selector(input),
      record: recorder(subject, kernel, contextLength),
      ...(proof ? { recordProof: proof } : {}),
    };
  });
}

function recorder(
  { sifting, byDefault, sampling, data }: Subject,
  kernel: KernelName,
  longestContext: number,
): Contestant["record"] {
  const step = { sequences: data.kernelCase.batch, longestContext };
  const bound: Partial<Record<KernelName, BoundAttention | undefined>> = {
    "sifted-default": byDefault,
    "sifted-sampled": sampling,
  };
  const { attention, bindings } = bound[kernel] ?? sifting;
  switch (kernel) {
    case "scores":
      return (pass, set) => attention.recordScores(pass, bindings[set]!, step);
    case "full":
      return (pass, set) => attention.recordFull(pass, bindings[set]!, step);
    case "top-k":
      return (pass, set) => attention.recordTopK(pass, bindings[set]!, step);
    default:
      return (pass, set) => attention.recordSifted(pass, bindings[set]!, step);
  }
}
