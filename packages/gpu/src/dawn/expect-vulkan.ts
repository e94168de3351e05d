import { GpuError } from "../gpu-error.ts";

const lazily = 1; // RTLD_LAZY

/**
 * Dawn on Linux computes through the system's Vulkan loader, and complains on the terminal where there is none. Opening
 * a library that is no add-on fails in Node either way; how it fails tells whether it is there.
 * @param open Opens a library by its name, as `process.dlopen` does.
 * @throws GpuError "no-adapter" when the loader is missing.
 */
export function expectVulkan(open: (library: string) => void = openLibrary): void {
  try {
    open("libvulkan.so.1");
  } catch (cause) {
    const { message } = cause as Error;
    if (!message.includes("cannot open shared object file")) return;
    throw new GpuError(
      "no-adapter",
      "openGpu: expected a Vulkan driver, got no libvulkan.so.1; install the GPU's driver and the Vulkan loader (Debian and Ubuntu: libvulkan1)",
      { cause },
    );
  }
}

/** Whether settings of Dawn, in its form, let it look for Vulkan on this system. */
export function needsVulkan(settings: readonly string[], platform: string): boolean {
  const backend = settings.find((setting) => setting.startsWith("backend="));
  return platform === "linux" && (backend === undefined || backend === "backend=vulkan");
}

function openLibrary(library: string): void {
  process.dlopen({ exports: {} }, library, lazily);
}
