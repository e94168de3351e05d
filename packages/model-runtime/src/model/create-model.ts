import type { Model } from "../model.ts";
import { ModelError } from "../model-error.ts";
import { createBatch } from "../session/create-batch.ts";
import { createSession } from "../session/create-session.ts";
import type { RenderChat } from "../session/encode-prompt.ts";
import type { SessionModel } from "../session/session-model.ts";
import type { ModelFiles } from "../weights/model-files.ts";
import type { BackendHost } from "./backend-host.ts";
import type { describeModel } from "./describe-model.ts";

/** Context that a session gets without asking: longer ones are a matter of memory. */
const DEFAULT_CONTEXT = 8192;

/** A model on a backend, which it owns: hands out sessions and takes all of them along when it goes. */
export function createModel(
  files: ModelFiles,
  host: BackendHost,
  description: ReturnType<typeof describeModel>,
): Model {
  const { config, tokenizer, generationDefaults } = files;
  const { kind, description: backendDescription, weightBytes } = host.backend;
  const renderChat = createChatRenderer(files);
  const shared: SessionModel = {
    ...{ host, config, tokenizer, renderChat, generationDefaults },
    stopTokens: new Set([...config.stopTokens, ...generationDefaults.stopTokens]),
    contextLength: Math.min(config.contextLength, DEFAULT_CONTEXT),
  };
  return {
    info: { ...description, weightBytes, backend: kind, backendDescription },
    config,
    tokenizer,
    generationDefaults,
    applyChatTemplate: renderChat,
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
