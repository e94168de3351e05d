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

/**
 * Unpacks parts of the browser in the npm package @sparticuz/chromium into a folder of this package's cache, once;
 * the rename at the end lets test workers race.
 */
export function unpackChromium(name, parts) {
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
