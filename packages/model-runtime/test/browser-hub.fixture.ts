import { listCachedModels, removeCachedModel } from "../src/hub/cached-models.ts";
import { fetchModel } from "../src/hub/fetch-model.ts";
import { parseOrigin } from "../src/hub/model-origin.ts";
import { openOpfsStore } from "../src/hub/opfs-store.ts";
import { ModelError, openModel } from "../src/index.ts";
import type { LoadProgress } from "../src/open-options.ts";
import type { ModelSource } from "../src/weights/open-model-files.ts";

/** What a test asks of a page or of its worker. */
export type BrowserTask =
  | {
      readonly kind: "download";
      readonly id: string;
      readonly endpoint: string;
      /** Aborts once so many bytes of a file have come. */
      readonly abortAt?: number;
      /** What navigator.storage.estimate says. */
      readonly estimate?: { readonly usage: number; readonly quota: number };
      /** Bytes after which the storage refuses to write. */
      readonly fullAfter?: number;
    }
  | { readonly kind: "list" }
  | { readonly kind: "remove"; readonly id: string }
  | {
      readonly kind: "generate";
      readonly source: string;
      readonly maxTokens: number;
      /** On the browser's WebGPU, in software, instead of its processor. */
      readonly onGpu?: boolean;
    };

/** What came of it. */
export interface BrowserOutcome {
  readonly value?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

const browserStorage = (): object =>
  (globalThis as unknown as { readonly navigator: { readonly storage: object } }).navigator.storage;

/** Small, so that a file of the tests has several. */
const SEGMENT_BYTES = 70_000;

/** Runs a task; `report` hears of bytes that were stored. */
export async function runTask(
  task: BrowserTask,
  report: (progress: LoadProgress) => void,
): Promise<BrowserOutcome> {
  try {
    return { value: await perform(task, report) };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}

function perform(task: BrowserTask, report: (progress: LoadProgress) => void): Promise<unknown> {
  if (task.kind === "list") return listCachedModels();
  if (task.kind === "remove") return removeCachedModel(task.id);
  return task.kind === "generate" ? generate(task) : download(task, report);
}

/** The SHA-256 of each file that is there afterwards. */
async function download(
  { id, endpoint, abortAt, estimate, fullAfter }: BrowserTask & { kind: "download" },
  report: (progress: LoadProgress) => void,
): Promise<Record<string, string>> {
  if (estimate) Object.assign(browserStorage(), { estimate: async () => estimate });
  const restore = fullAfter === undefined ? () => {} : fillStorage(fullAfter);
  const controller = new AbortController();
  const connection = {
    endpoint,
    ...{ token: undefined, signal: controller.signal, stallMs: 30_000, attempts: 6 },
    delay: async () => {},
  };
  const onProgress = (progress: LoadProgress): void => {
    report(progress);
    if (abortAt !== undefined && progress.bytesDone >= abortAt) controller.abort();
  };
  try {
    const store = await openOpfsStore("sift-attention", SEGMENT_BYTES);
    const origin = parseOrigin(id);
    const receipt = await fetchModel({ origin, store, connection, onProgress });
    return await digests(await store.source(origin.folder, receipt));
  } finally {
    restore();
  }
}

async function digests(source: ModelSource): Promise<Record<string, string>> {
  if (typeof source === "string") throw new Error("expected files");
  const found: Record<string, string> = {};
  for (const [name, file] of source.files) {
    const bytes = new Uint8Array(await new Blob([file as Blob]).arrayBuffer());
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    found[name] = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  return found;
}

interface StorageClasses {
  readonly FileSystemSyncAccessHandle?: {
    readonly prototype: { write(bytes: Uint8Array, options: object): number };
  };
  readonly FileSystemWritableFileStream: {
    readonly prototype: {
      write(chunk: { readonly data: Uint8Array }): Promise<void>;
      abort(): Promise<void>;
    };
  };
}

/** Lets the storage run full: in workers the write throws, elsewhere the stream is broken from then on. */
function fillStorage(byteLength: number): () => void {
  const classes = globalThis as unknown as StorageClasses;
  const access = classes.FileSystemSyncAccessHandle?.prototype;
  const stream = classes.FileSystemWritableFileStream.prototype;
  const accessWrite = access?.write;
  const streamWrite = stream.write;
  let left = byteLength;
  const isFull = (bytes: Uint8Array): boolean => {
    left -= bytes.byteLength;
    return left < 0;
  };
  const full = (): DOMException => new DOMException("full", "QuotaExceededError");
  if (access) {
    access.write = function (bytes, options) {
      if (isFull(bytes)) throw full();
      return accessWrite!.call(this, bytes, options);
    };
  }
  stream.write = async function (chunk) {
    if (!isFull(chunk.data)) return streamWrite.call(this, chunk);
    await this.abort();
    throw full();
  };
  return () => {
    if (access) access.write = accessWrite!;
    stream.write = streamWrite;
  };
}

async function generate({
  source,
  maxTokens,
  onGpu = false,
}: BrowserTask & { kind: "generate" }): Promise<unknown> {
  const place = onGpu ? ({ backend: "webgpu", adapter: "software" } as const) : {};
  const model = await openModel(URL.canParse(source) ? new URL(source) : source, place);
  const session = await model.createSession({ contextLength: 64 });
  const tokens: number[] = [];
  const prompt = "Once upon a time";
  for await (const { id } of session.generate(prompt, { maxTokens, temperature: 0 })) {
    tokens.push(id);
  }
  const { backendDescription } = model.info;
  await model.dispose();
  return { tokens, backendDescription };
}

// In a worker tasks come as messages; a page calls runTask.
if (!("document" in globalThis)) {
  const scope = globalThis as unknown as {
    onmessage: (event: { readonly data: BrowserTask }) => void;
    postMessage(message: unknown): void;
  };
  scope.onmessage = ({ data }) => {
    runTask(data, (progress) => scope.postMessage({ progress })).then(
      (outcome) => scope.postMessage({ outcome }),
      (error: Error) => scope.postMessage({ failure: error.stack ?? String(error) }),
    );
  };
}
