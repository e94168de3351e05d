import { Hono } from "hono";
import { checkKey } from "./access/check-key.ts";
import { checkHost, checkOrigin } from "./access/check-origin.ts";
import { ApiError } from "./api-error.ts";
import type { AppEnvironment, AppOptions } from "./app-options.ts";
import { asApiError } from "./as-api-error.ts";
import { parseBody } from "./requests/parse-body.ts";
import { planChat, planCompletion } from "./requests/plan-job.ts";
import { readJsonBody } from "./requests/read-json-body.ts";
import { ChatAnswer } from "./responses/chat-answer.ts";
import { CompletionAnswer } from "./responses/completion-answer.ts";
import { generate, toAnswerOptions } from "./routes/generate.ts";
import { findModel, listModels } from "./routes/models.ts";
import { answerPageFile, type PageFiles } from "./routes/page-files.ts";
import { toServerInfo } from "./routes/server-info.ts";

type App = Hono<AppEnvironment>;

const pageIsMissing = `The page is not built. Build it with

  pnpm --filter @sift-attention/demo-server build

and start the server again. The API works without it: see GET /v1/models.
`;

/** All routes of the server as one fetch handler. */
export function createApp(options: AppOptions): App {
  const app = new Hono<AppEnvironment>();
  addAccessChecks(app, options);
  addInfoRoutes(app, options);
  addCompletionRoutes(app, options);
  addPage(app, options);
  app.onError((error) => {
    const answer = asApiError(error);
    if (answer.status === 500) options.onError(error);
    return answer.response();
  });
  return app;
}

function addAccessChecks(app: App, { hostNames, apiKey }: AppOptions): void {
  app.use(async (context, next) => {
    const url = new URL(context.req.url);
    checkHost(url, hostNames);
    checkOrigin(context.req.header("origin"), url);
    await next();
  });
  if (apiKey === undefined) return;
  for (const path of ["/v1/*", "/api/*"]) {
    app.use(path, async (context, next) => {
      checkKey(context.req.header("authorization"), apiKey);
      await next();
    });
  }
}

function addInfoRoutes(app: App, { host }: AppOptions): void {
  app.get("/health", (context) => {
    host.expectReady();
    return context.json({ status: "ok" });
  });
  app.get("/api/info", (context) => context.json(toServerInfo(host.expectReady())));
  app.get("/v1/models", (context) => context.json(listModels(host.expectReady())));
  app.get("/v1/models/:id{.+}", (context) =>
    context.json(findModel(host.expectReady(), context.req.param("id"))),
  );
}

function addCompletionRoutes(app: App, options: AppOptions): void {
  const { host, limits } = options;
  app.post("/v1/chat/completions", async (context) => {
    const served = host.expectReady();
    const body = await readJsonBody(context.req.raw, limits.bodyBytes);
    const plan = planChat(parseBody(served.schemas.chat, body), served);
    const answer = new ChatAnswer(
      served.model.tokenizer,
      toAnswerOptions("chatcmpl", served, plan),
    );
    return generate(context, options, served, plan, answer);
  });
  app.post("/v1/completions", async (context) => {
    const served = host.expectReady();
    const body = await readJsonBody(context.req.raw, limits.bodyBytes);
    const plan = planCompletion(parseBody(served.schemas.completion, body), served);
    const answer = new CompletionAnswer(
      served.model.tokenizer,
      toAnswerOptions("cmpl", served, plan),
    );
    return generate(context, options, served, plan, answer);
  });
}

/** For the answer to a wrong method; undefined where there is nothing at all. */
function allowedMethods(path: string, page: PageFiles): string | undefined {
  if (/^\/v1\/(chat\/)?completions$/.test(path)) return "POST";
  const isRead = /^\/(|health|api\/info|v1\/models(\/.+)?)$/.test(path) || page.has(path);
  return isRead ? "GET, HEAD" : undefined;
}

function addPage(app: App, { page }: AppOptions): void {
  app.notFound((context) => {
    const { method, path } = context.req;
    const allowed = allowedMethods(path, page);
    const isRead = method === "GET" || method === "HEAD";
    const file = isRead && answerPageFile(page, path, context.req.raw);
    if (file) return file;
    if (isRead && path === "/") return context.text(pageIsMissing, 404);
    if (allowed) {
      throw new ApiError("method_not_allowed", `${path}: expected ${allowed}, got ${method}.`, {
        headers: { allow: allowed },
      });
    }
    throw new ApiError("not_found", `There is nothing at ${method} ${path}.`);
  });
}
