import {
  listCachedModels,
  type Model,
  openModel,
  removeCachedModel,
} from "@sift-attention/model-runtime";
import { modelUrl } from "@sift-attention/tales-28m";
import { GenerationQueue } from "../../../../src/generation-queue.ts";
import { toServerInfo } from "../../../../src/routes/server-info.ts";
import type { RunnableModel } from "../../../../src/served-model.ts";
import { SessionPool } from "../../../../src/session-pool.ts";
import type { KeptModels, LocalReply, LocalRequest } from "../local-messages.ts";
import { generateLocally, SIFT } from "./generate-locally.ts";
import { describeLocally } from "./local-failure.ts";

/** The embedded model, which the page's server has. */
const EMBEDDED = "tales-28m";
/** As the server's: a model may take more, a tab should not. */
const MOST_CONTEXT = 8192;
/** Runs that may wait while one that was stopped comes to its end. */
const WAITING = 4;

const running = new Map<number, AbortController>();
let served: RunnableModel | undefined;

/** The parts of a worker's global scope that are used here. */
interface WorkerScope {
  onmessage: (event: { readonly data: LocalRequest }) => void;
  postMessage(reply: LocalReply): void;
  readonly navigator: {
    readonly storage: {
      estimate(): Promise<{ readonly usage?: number; readonly quota?: number }>;
    };
  };
}

const scope = globalThis as unknown as WorkerScope;

function post(reply: LocalReply): void {
  scope.postMessage(reply);
}

function sourceOf(name: string): string | URL {
  return name === EMBEDDED ? modelUrl : name;
}

function nameOf(id: string): string {
  return id === modelUrl.href ? EMBEDDED : id;
}

async function readKept(): Promise<KeptModels> {
  const models = await listCachedModels();
  const { usage, quota } = await scope.navigator.storage.estimate();
  return {
    models: models.map(({ id, ...model }) => ({ ...model, name: nameOf(id) })),
    available: quota === undefined ? undefined : quota - (usage ?? 0),
  };
}

/** A browser that keeps nothing has nothing to list: opening says so. */
async function list(): Promise<void> {
  const kept = await readKept().catch(() => ({ models: [], available: undefined }));
  post({ kind: "kept", kept });
}

async function open(name: string): Promise<void> {
  try {
    const model = await openModel(sourceOf(name), {
      onProgress: (progress) => post({ kind: "progress", progress }),
    });
    served = serve(model, name);
    post({ kind: "opened", info: toServerInfo(served) });
  } catch (error) {
    post({ kind: "failed", failure: describeLocally(error) });
  }
  await list();
}

function serve(model: Model, id: string): RunnableModel {
  const contextLength = Math.min(model.contextThatFits(), MOST_CONTEXT);
  const sessions = new SessionPool(model, { contextLength, slots: 1 });
  const queue = new GenerationQueue({ slots: 1, waiting: WAITING });
  return { id, model, attention: SIFT, contextLength, queue, sessions };
}

async function generate({ run, settings }: LocalRequest & { kind: "generate" }): Promise<void> {
  const controller = new AbortController();
  running.set(run, controller);
  try {
    if (!served) throw new Error("no model is open");
    for await (const event of generateLocally(served, settings, controller)) {
      post({ kind: "event", run, event });
    }
    post({ kind: "done", run, failure: undefined });
  } catch (error) {
    post({ kind: "done", run, failure: describeLocally(error) });
  } finally {
    running.delete(run);
  }
}

async function answer(request: LocalRequest): Promise<void> {
  if (request.kind === "open") return open(request.name);
  if (request.kind === "generate") return generate(request);
  if (request.kind === "stop") return running.get(request.run)?.abort();
  if (request.kind === "remove") {
    await removeCachedModel(sourceOf(request.name)).catch(console.error);
  }
  return list();
}

scope.onmessage = ({ data }) => {
  answer(data).catch(console.error);
};
