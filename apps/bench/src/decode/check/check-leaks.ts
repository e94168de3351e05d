import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ModelFiles } from "@sift-attention/model-runtime";
import { openOnGpu } from "../run/opened-model.ts";

/** Memory over cycles of opening a model, generating and closing. */
export interface LeakCheck {
  readonly model: string;
  readonly cycles: number;
  /** On the device after each cycle: all must be 0. */
  readonly mostLiveBytes: number;
  /** Of the process after the tenth and after the last cycle. */
  readonly tenthRssBytes: number;
  readonly lastRssBytes: number;
  readonly isLeaking: boolean;
}

const yardstick = 10;
const mostGrowth = 1.1;
const generatedTokens = 4;

/** What the cycles are given. */
export interface LeakOptions {
  readonly name: string;
  readonly files: ModelFiles;
  readonly adapter: "hardware" | "any";
  readonly cycles: number;
  readonly signal: AbortSignal;
}

/** Opens, generates and closes again and again, each time on a device of its own. At least eleven cycles judge the memory. */
export async function checkLeaks(
  { name, files, adapter, cycles, signal }: LeakOptions,
  report: (line: string) => void,
): Promise<LeakCheck> {
  const collect = garbageCollector();
  const rss: number[] = [];
  let mostLiveBytes = 0;
  for (let cycle = 1; cycle <= cycles; cycle++) {
    signal.throwIfAborted();
    const options = { adapter, signal, maxRows: 16, onProgress: () => {} };
    const { model, backend, dispose } = await openOnGpu(name, files, options);
    const session = await model.createSession({ contextLength: 64 });
    const generation = session.generate([1, 2, 3], { maxTokens: generatedTokens, temperature: 0 });
    for await (const _ of generation);
    await dispose();
    mostLiveBytes = Math.max(mostLiveBytes, backend.inner.gpu.memory.liveBytes);
    collect();
    rss.push(process.memoryUsage.rss());
    if (cycle % yardstick === 0) report(`cycle ${cycle}: RSS ${megabytes(rss.at(-1)!)}`);
  }
  const tenthRssBytes = rss[Math.min(yardstick, rss.length) - 1]!;
  const lastRssBytes = rss.at(-1)!;
  const isLeaking = mostLiveBytes > 0 || lastRssBytes > mostGrowth * tenthRssBytes;
  return { model: name, cycles, mostLiveBytes, tenthRssBytes, lastRssBytes, isLeaking };
}

/** Garbage that nobody collected yet is no leak. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
