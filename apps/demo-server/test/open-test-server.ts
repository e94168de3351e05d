import type { Model } from "@sift-attention/model-runtime";
import OpenAI from "openai";
import { onTestFinished } from "vitest";
import { allowedHostNames } from "../src/access/check-origin.ts";
import { type HttpServer, openHttpServer } from "../src/http-server.ts";
import { ModelHost } from "../src/model-host.ts";
import { createAttentionField } from "../src/requests/attention-field.ts";
import type { PageFiles } from "../src/routes/page-files.ts";
import { createServedModel, type ServedModel } from "../src/served-model.ts";
import { defaultLimits, type ServerLimits } from "../src/server-limits.ts";
import { createScriptedModel } from "./scripted-model.ts";

interface TestServerOptions {
  /** Default: the scripted model. */
  readonly model?: Model;
  readonly attention?: unknown;
  readonly slots?: number;
  readonly waiting?: number;
  readonly apiKey?: string;
  readonly page?: PageFiles;
  readonly limits?: Partial<ServerLimits>;
  /** Leave the model unopened. */
  readonly loading?: boolean;
}

export interface TestServer {
  readonly http: HttpServer;
  readonly host: ModelHost;
  readonly served: ServedModel;
  readonly url: string;
  readonly port: number;
  /** Failures of the server's own that were reported. */
  readonly errors: unknown[];
  /** OpenAI's own client, without retries. */
  readonly client: OpenAI;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** A server on a free loopback port; it is closed when the test ends. */
export async function openTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { model = createScriptedModel(), attention = { kind: "sift", warmup: 4 } } = options;
  const served = createServedModel(model, {
    id: "scripted",
    contextLength: model.config.contextLength,
    attention: createAttentionField().parse(attention),
    slots: options.slots ?? 1,
    waiting: options.waiting ?? 2,
  });
  const host = new ModelHost();
  if (!options.loading) host.open(served);
  const errors: unknown[] = [];
  const http = await openHttpServer(
    {
      host,
      page: options.page ?? new Map(),
      limits: { ...defaultLimits, drainMs: 0, ...options.limits },
      hostNames: allowedHostNames("127.0.0.1"),
      onError: (error) => errors.push(error),
      apiKey: options.apiKey,
    },
    { host: "127.0.0.1", port: 0 },
  );
  onTestFinished(() => http.close());
  const { url } = http;
  return {
    http,
    host,
    served,
    url,
    errors,
    port: Number(new URL(url).port),
    client: new OpenAI({
      baseURL: `${url}/v1`,
      apiKey: options.apiKey ?? "none",
      maxRetries: 0,
    }),
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
  };
}
