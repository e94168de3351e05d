import { ModelError } from "@sift-attention/model-runtime";
import type { ServerInfo } from "../live-events.ts";
import type { RunnableModel } from "../served-model.ts";

/** GET /api/info: what the page draws before the first token. */
export function toServerInfo({ id, model, contextLength, attention }: RunnableModel): ServerInfo {
  const { info, config, generationDefaults } = model;
  return {
    model: id,
    family: info.family,
    parameters: info.parameters,
    weightBytes: info.weightBytes,
    weightType: info.weightType,
    layers: config.layers,
    queryHeads: config.queryHeads,
    kvHeads: config.kvHeads,
    headDim: config.headDim,
    contextLength,
    backend: info.backend,
    backendDescription: info.backendDescription,
    hasChatTemplate: hasChatTemplate({ model }),
    defaults: {
      attention,
      temperature: generationDefaults.temperature ?? 0,
      top_p: generationDefaults.topP ?? 1,
      top_k: generationDefaults.topK ?? 0,
      repetition_penalty: generationDefaults.repetitionPenalty ?? 1,
    },
  };
}

function hasChatTemplate({ model }: Pick<RunnableModel, "model">): boolean {
  try {
    model.applyChatTemplate([{ role: "user", content: "" }]);
    return true;
  } catch (error) {
    return !(error instanceof ModelError && error.code === "no-chat-template");
  }
}
