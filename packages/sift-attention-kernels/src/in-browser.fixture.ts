import { openGpu } from "@sift-attention/gpu";
import { casesOf, checkFullCases, checkSiftedCases, createRig } from "./testing/check-shape.ts";
import { checkSifted } from "./testing/check-step.ts";
import { judgeSequence } from "./testing/judge-step.ts";

/** What the test of the browser looks at. */
export interface BrowserFindings {
  readonly isSoftware: boolean;
  readonly subgroupSize: number;
  readonly complaints: readonly string[];
  /** What the checks say of a step's results beside another step's expectations. */
  readonly planted: readonly string[];
}

/** Runs the numeric checks of one shape in a page. */
export default async function inBrowser(): Promise<BrowserFindings> {
  const gpu = await openGpu({ adapter: "software" });
  const geometry = { queryHeads: 4, kvHeads: 2, headDim: 32 };
  const rig = await createRig(gpu, { geometry, kvType: "f16" });
  const complaints = [...(await checkFullCases(rig)), ...(await checkSiftedCases(rig))];
  const [, , attentionCase] = casesOf(rig);
  const kept = await checkSifted(rig, attentionCase!, 0.25);
  const more = await checkSifted(rig, attentionCase!, 0.5);
  const { options, variant } = rig.attention;
  const planted = judgeSequence(options, 0, kept.judgements[0]!, more.result);
  rig[Symbol.dispose]();
  gpu.dispose();
  const { isSoftware } = gpu.report;
  return { isSoftware, subgroupSize: variant.subgroupSize, complaints, planted };
}
