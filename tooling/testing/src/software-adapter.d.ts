/**
 * Lets Dawn (npm `webgpu`) find SwiftShader, a Vulkan driver in software, in this process: no driver and no Vulkan
 * loader need be installed, both come from an npm package. To be called before the first adapter is asked for; works in
 * a main thread only (Vitest's pool `forks`), as Vulkan reads the process's environment.
 *
 * @throws Error on other systems than x64 Linux, where the package has no driver.
 */
export declare function useSoftwareAdapter(): void;
