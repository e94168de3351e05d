import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";

interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

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

/** Every file below a folder; none when the folder is not there. Other errors of the file system are thrown. */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const files = new Map<string, PageFile>();
  for (const path of await listFiles(folder)) {
    const bytes = Uint8Array.from(await readFile(path));
    const name = `/${relative(folder, path).split(sep).join("/")}`;
    files.set(name, { bytes, headers: describe(name, bytes) });
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

/** Files in assets/ have their digest in their name and never change. */
function describe(name: string, bytes: Uint8Array): Record<string, string> {
  const digest = createHash("sha256").update(bytes).digest("base64url").slice(0, 27);
  const isNamedByContent = name.startsWith("/assets/");
  return {
    "content-type": types[extname(name)] ?? "application/octet-stream",
    "cache-control": isNamedByContent ? "public, max-age=31536000, immutable" : "no-cache",
    etag: `"${digest}"`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    ...(extname(name) === ".html" && { "content-security-policy": contentSecurityPolicy }),
  };
}

/** The file at a path, or undefined. A client that has it already gets 304. */
export function answerPageFile(
  files: PageFiles,
  path: string,
  ifNoneMatch: string | undefined,
): Response | undefined {
  const file = files.get(path);
  if (!file) return undefined;
  const { bytes, headers } = file;
  const known = ifNoneMatch?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known?.includes(headers.etag!)) return new Response(null, { status: 304, headers });
  return new Response(bytes, { headers });
}
