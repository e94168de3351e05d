import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { readRange } from "./read-range.ts";

interface PageFile {
  readonly byteLength: number;
  /** Bytes from `start` on, up to and without `end`. */
  read(start: number, end: number): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Larger files, the model's, stay on disk. */
const MOST_BYTES_HELD = 4 * 1024 * 1024;

/** Files of the page by path, read once: what is not in the map cannot be asked for. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** The page talks to its own server alone and is shown in no frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * What the worker that runs a model in the page may do: compile WebAssembly, start threads of its own, and download
 * models from the Hub and the hosts that it keeps large files on. Workers follow the policy of their own script.
 */
const workerPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self' https://huggingface.co https://*.huggingface.co https://*.hf.co",
].join("; ");

/** Every file below a folder; none when the folder is not there. Other errors of the file system are thrown. */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const files = new Map<string, PageFile>();
  for (const path of await listFiles(folder)) {
    const name = `/${relative(folder, path).split(sep).join("/")}`;
    const { size } = await stat(path);
    files.set(name, await (size > MOST_BYTES_HELD ? openLarge : openSmall)(name, path, size));
  }
  const index = files.get("/index.html");
  if (index) files.set("/", index);
  return files;
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function openSmall(name: string, path: string, byteLength: number): Promise<PageFile> {
  const bytes = Uint8Array.from(await readFile(path));
  const digest = createHash("sha256").update(bytes).digest("base64url");
  const read = (start: number, end: number) => bytes.subarray(start, end);
  return { byteLength, read, headers: describe(name, digest) };
}

async function openLarge(name: string, path: string, byteLength: number): Promise<PageFile> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const read = (start: number, end: number) =>
    Readable.toWeb(createReadStream(path, { start, end: end - 1 })) as ReadableStream<Uint8Array>;
  return { byteLength, read, headers: describe(name, hash.digest("base64url")) };
}

/**
 * Files in assets/ have their digest in their name and never change. The page is isolated from other origins, so that
 * the threads of a model in it may share memory.
 */
function describe(name: string, digest: string): Record<string, string> {
  const isNamedByContent = name.startsWith("/assets/");
  const policy = { ".html": contentSecurityPolicy, ".js": workerPolicy }[extname(name)];
  return {
    "content-type": types[extname(name)] ?? "application/octet-stream",
    "cache-control": isNamedByContent ? "public, max-age=31536000, immutable" : "no-cache",
    etag: `"${digest.slice(0, 27)}"`,
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    ...(policy && { "content-security-policy": policy }),
  };
}

/** The file at a path, or a range of it; undefined when there is none. A client that has it already gets 304. */
export function answerPageFile(
  files: PageFiles,
  path: string,
  { method, headers: asked }: Pick<Request, "method" | "headers">,
): Response | undefined {
  const file = files.get(path);
  if (!file) return undefined;
  const { headers, byteLength } = file;
  const known = asked.get("if-none-match")?.split(",");
  if (known?.some((tag) => tag.trim().replace(/^W\//, "") === headers.etag)) {
    return new Response(null, { status: 304, headers });
  }
  const range = readRange(asked, headers.etag!, byteLength);
  if (range === "outside") {
    return new Response(null, {
      status: 416,
      headers: { "content-range": `bytes */${byteLength}` },
    });
  }
  const { start, end } = range ?? { start: 0, end: byteLength };
  return new Response(method === "HEAD" ? null : file.read(start, end), {
    status: range ? 206 : 200,
    headers: {
      ...headers,
      "content-length": String(end - start),
      ...(range && { "content-range": `bytes ${start}-${end - 1}/${byteLength}` }),
    },
  });
}
