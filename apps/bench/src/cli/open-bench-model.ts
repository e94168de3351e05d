import { type Model, openModel } from "@sift-attention/model-runtime";
import { modelFacts } from "@sift-attention/tales-28m";
import { digestModel } from "../model/digest-model.ts";
import { locateModel } from "../model/locate-model.ts";
import { findBackend } from "./find-backend.ts";

/** A model that is open, its name in the tables, and the SHA-256 of its files. */
export interface BenchModel {
  readonly model: Model;
  readonly modelName: string;
  readonly modelDigest: string;
}

/** Opens what `--model` names, on the CPU unless `--backend` says otherwise. @throws BenchError, ModelError */
export async function openBenchModel(
  options: { readonly model?: string; readonly backend?: string; readonly threads?: number },
  signal: AbortSignal,
): Promise<BenchModel> {
  const backend = findBackend(options.backend ?? "cpu");
  const { name, path } = await locateModel(options.model ?? modelFacts.name, signal);
  const modelDigest = await digestModel(path);
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  const model = await openModel(path, { backend, signal, ...threads });
  return { model, modelName: name, modelDigest };
}
