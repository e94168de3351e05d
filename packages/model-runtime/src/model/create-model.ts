import type { Decoder } from "../layers/decoder.ts";
import type { LoadedWeights } from "../layers/load-weights.ts";
import type { Model } from "../model.ts";
import { ModelError } from "../model-error.ts";
import type { CpuOps } from "../ops/cpu-ops.ts";
import { ChunkPacer } from "../session/chunk-pacer.ts";
import { createSession, type SessionModel } from "../session/create-session.ts";
import type { RenderChat } from "../session/encode-prompt.ts";
import type { Session } from "../session.ts";
import type { ModelFiles } from "../weights/model-files.ts";
import type { describeWeights } from "./describe-weights.ts";

/** The parts of a loaded model. */
export interface LoadedModel {
  readonly files: ModelFiles;
  readonly ops: CpuOps;
  readonly weights: LoadedWeights;
  readonly decoder: Decoder;
  readonly description: ReturnType<typeof describeWeights>;
}

/** A model over loaded weights: hands out sessions and takes all of them along when it goes. */
export function createModel(loaded: LoadedModel): Model {
  const { files, ops, weights, decoder, description } = loaded;
  const { config, tokenizer, generationDefaults } = files;
  const renderChat = createChatRenderer(files);
  const shared: SessionModel = {
    ops,
    config,
    decoder,
    pacer: new ChunkPacer(),
    tokenizer,
    renderChat,
    generationDefaults,
    stopTokens: new Set([...config.stopTokens, ...generationDefaults.stopTokens]),
  };
  const sessions = new Set<Session>();
  let isDisposed = false;
  return {
    info: {
      source: files.source,
      family: config.family,
      ...description,
      weightBytes: weights.byteLength,
      backend: "cpu",
      backendDescription: `cpu, ${ops.description}`,
    },
    config,
    tokenizer,
    generationDefaults,
    applyChatTemplate: renderChat,
    createSession(options) {
      if (isDisposed) throw new ModelError("disposed", "model: it was disposed of; open it again");
      const session = createSession(shared, options);
      sessions.add(session);
      return {
        ...session,
        dispose() {
          sessions.delete(session);
          session.dispose();
        },
      };
    },
    async dispose() {
      if (isDisposed) return;
      isDisposed = true;
      for (const session of sessions) session.dispose();
      decoder.dispose();
      weights.free();
      await ops.dispose();
    },
  };
}

function createChatRenderer({ renderChat, source }: ModelFiles): RenderChat {
  return (messages, { addGenerationPrompt = true } = {}) => {
    if (renderChat) return renderChat(messages, { addGenerationPrompt });
    throw new ModelError(
      "no-chat-template",
      `${source}: expected a chat template, the model has none; give the prompt as text`,
    );
  };
}
