import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import type { launchChromium } from "@sift-attention/testing/chromium";
import type { LoadProgress } from "../src/open-options.ts";
import type { BrowserOutcome, BrowserTask } from "./browser-hub.fixture.ts";

type Browser = Awaited<ReturnType<typeof launchChromium>>;
export type Context = Awaited<ReturnType<Browser["newContext"]>>;
type Place = "page" | "worker";

const html = `<!doctype html><title>Hub</title><script type="module">
  import { runTask } from "/entry.js";
  const inWorker = (task) => new Promise((resolve, reject) => {
    const worker = new Worker("/entry.js", { type: "module" });
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => {
      if (data.progress) received(data.progress);
      else worker.terminate();
      if (data.outcome) resolve(data.outcome);
      if (data.failure) reject(new Error(data.failure));
    };
    worker.postMessage(task);
  });
  globalThis.run = (place, task) => place === "worker" ? inWorker(task) : runTask(task, received);
</script>`;

/** Serves a page with the bundle, and a file that answers ranges. */
export interface PageServer {
  readonly url: string;
  /** Requests of the file, with their ranges. */
  readonly log: string[];
  close(): Promise<void>;
}

export async function startPageServer(code: string, filePath: string): Promise<PageServer> {
  const log: string[] = [];
  const server = createServer((request, response) => {
    if (request.url === `/${basename(filePath)}`) sendFile(filePath, log, request, response);
    else {
      const isCode = request.url === "/entry.js";
      response.setHeader("content-type", isCode ? "text/javascript" : "text/html");
      response.end(isCode ? code : html);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, log, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function sendFile(
  path: string,
  log: string[],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { range } = request.headers;
  log.push([request.method, range].filter(Boolean).join(" "));
  const { size } = statSync(path);
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  const etag = `"${createHash("sha256").update(path).digest("hex").slice(0, 16)}"`;
  const contentRange = start > 0 && { "content-range": `bytes ${start}-${size - 1}/${size}` };
  const headers = { etag, "content-length": size - start, ...contentRange };
  response.writeHead(start > 0 ? 206 : 200, headers);
  if (request.method === "HEAD") response.end();
  else createReadStream(path, { start }).pipe(response);
}

/** A page that runs tasks, itself or in a fresh worker. */
export interface Tab {
  run(place: Place, task: BrowserTask): Promise<BrowserOutcome>;
  close(): Promise<void>;
}

/** Opens a tab; `received` hears of every stored byte. */
export async function openTab(
  context: Context,
  url: string,
  received: (progress: LoadProgress) => void = () => {},
): Promise<Tab> {
  const page = await context.newPage();
  await page.exposeFunction("received", received);
  await page.goto(url);
  return {
    close: () => page.close(),
    run: (place, task) =>
      page.evaluate(
        ([where, what]) => {
          const tab = globalThis as unknown as {
            run(place: Place, task: BrowserTask): Promise<BrowserOutcome>;
          };
          return tab.run(where, what);
        },
        [place, task] as const,
      ),
  };
}
