import { constants } from "node:os";
import { join } from "node:path";
import { unpackChromium } from "./unpack-chromium.js";

const stayLoaded = 0x1000; // RTLD_NODELETE

/** Loads the Vulkan loader into the process, so that Dawn's own dlopen by name finds it. It is no Node add-on: Node complains, and it stays. */
function loadLibrary(path) {
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
  try {
    process.dlopen({ exports: {} }, path, RTLD_NOW | RTLD_GLOBAL | stayLoaded);
  } catch (error) {
    if (!String(error.message).includes("did not self-register")) throw error;
  }
}

/** Lets Dawn find SwiftShader, a Vulkan driver in software, in this process, with nothing installed but npm packages. */
export function useSoftwareAdapter() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `useSoftwareAdapter: expected linux-x64, got ${process.platform}-${process.arch}; set SIFT_ADAPTER=hardware to test on this machine's GPU`,
    );
  }
  const folder = unpackChromium("swiftshader", ["swiftshader.tar.br"]);
  const driver = join(folder, "vk_swiftshader_icd.json");
  process.env.VK_DRIVER_FILES = driver;
  process.env.VK_ICD_FILENAMES = driver; // the name that older loaders know
  process.env.NODEVICE_SELECT = "1"; // an installed Mesa's layer would complain about the missing display
  loadLibrary(join(folder, "libvulkan.so.1"));
}
