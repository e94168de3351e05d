import type { Model } from "../model.ts";
import { ModelError } from "../model-error.ts";
import { contextThatFits } from "../session/context-length.ts";
import { createBatch } from "../session/create-batch.ts";
import { createSession } from "../session/create-session.ts";
import type { RenderChat } from "../session/encode-prompt.ts";
import type { SessionModel } from "../session/session-model.ts";
import type { ModelFiles } from "../weights/model-files.ts";
import type { BackendHost } from "./backend-host.ts";
import type { describeModel } from "./describe-model.ts";

/** What a model says of itself, and its sessions' context. */
export interface ModelFacts extends ReturnType<typeof describeModel> {
  /** Default: the backend's. */
  readonly backendDescription?: string;
  readonly contextLength?: number | "auto";
}

/** A model on a backend, which it owns: hands out sessions and takes all of them along when it goes. */
export function createModel(
  files: ModelFiles,
  host: BackendHost,
  { contextLength, ...facts }: ModelFacts,
): Model {
  const { config, tokenizer, generationDefaults } = files;
  const { kind, description, weightBytes } = host.backend;
  const renderChat = createChatRenderer(files);
  const shared: SessionModel = {
    ...{ host, config, tokenizer, renderChat, generationDefaults },
    stopTokens: new Set([...config.stopTokens, ...generationDefaults.stopTokens]),
    ...(contextLength !== undefined && { contextLength }),
  };
  return {
    info: { backendDescription: description, ...facts, weightBytes, backend: kind },
    config,
    tokenizer,
    generationDefaults,
    applyChatTemplate: renderChat,
    contextThatFits: (sequences = 1) => contextThatFits(host.backend, config, sequences),
    createSession: (options) => createSession(shared, options),
    createBatch: (options) => createBatch(shared, options),
    dispose: () => host.dispose(),
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
