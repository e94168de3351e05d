import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unpackChromium } from "./unpack-chromium.js";

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
  // The browser brings its own SwiftShader; a driver chosen for this process (software-adapter) would hide it.
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, ...env } = process.env;
  let executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
    (path) => path && existsSync(path),
  );
  if (!executablePath) {
    const folder = unpackChromium("chromium", [
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
