import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";

const require = createRequire(import.meta.url);
const cache = fileURLToPath(new URL("../node_modules/.cache/", import.meta.url));

/** Regular files of an uncompressed tar archive, written below a folder. */
function untar(archive, folder) {
  for (let at = 0; at + 512 <= archive.length; ) {
    const name = archive.toString("utf8", at, at + 100).replace(/\0.*$/s, "");
    if (!name) break;
    const size = Number.parseInt(archive.toString("utf8", at + 124, at + 136), 8) || 0;
    const type = archive[at + 156];
    if (type === 0 || type === 48) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), archive.subarray(at + 512, at + 512 + size), {
        mode: 0o755,
      });
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

/** Unpacks parts of the npm package's browser once; the rename at the end lets test workers race. */
function unpack(name, parts) {
  const root = dirname(dirname(dirname(require.resolve("@sparticuz/chromium"))));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const folder = join(cache, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(`${folder}.`);
  for (const part of parts) {
    const data = brotliDecompressSync(readFileSync(join(root, "bin", part)));
    if (part.endsWith(".tar.br")) untar(data, unfinished);
    else writeFileSync(join(unfinished, part.replace(/\.br$/, "")), data, { mode: 0o755 });
  }
  try {
    renameSync(unfinished, folder);
  } catch {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** The package's own settings name folders that only its cloud has; without any font the browser dies at a text field. */
function writeFontSettings(folder) {
  const path = join(folder, "fonts-here.conf");
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, "fonts")}</dir>
  <cachedir>${join(folder, "font-cache")}</cachedir>
</fontconfig>
`;
  if (existsSync(path)) return path;
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
  return path;
}

/** A headless Chromium: $CHROMIUM, the system's, or the one in an npm package, so that no other install is needed. */
export async function launchChromium(options = {}) {
  const { chromium } = await import("playwright-core");
  const env = { ...process.env };
  let executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
    (path) => path && existsSync(path),
  );
  if (!executablePath) {
    const folder = unpack("chromium", [
      "chromium.br",
      "swiftshader.tar.br",
      "al2023.tar.br",
      "fonts.tar.br",
    ]);
    executablePath = join(folder, "chromium");
    env.LD_LIBRARY_PATH = join(folder, "lib");
    env.FONTCONFIG_FILE = writeFontSettings(folder);
    env.LC_ALL = "en_US.UTF-8";
  }
  return chromium.launch({
    executablePath,
    env,
    args: [
      "--no-sandbox",
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    ...options,
  });
}
