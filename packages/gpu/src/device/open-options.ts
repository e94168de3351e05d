/** Drivers that Dawn knows; `null` checks shaders and calls and executes nothing. */
export type GpuBackend =
  | "d3d11"
  | "d3d12"
  | "metal"
  | "null"
  | "opengl"
  | "opengles"
  | "vulkan"
  | "webgpu";

/** What kind of device to open. */
export interface OpenGpuOptions {
  /** `hardware` and `software` take nothing else; `any` prefers hardware. Default `any`. */
  readonly adapter?: "hardware" | "software" | "any";
  /** Which of several GPUs, as the browser or driver understands it. */
  readonly powerPreference?: GPUPowerPreference;
  /** Features without which nothing works; all others that the adapter offers are asked for anyway. */
  readonly requiredFeatures?: readonly string[];
  /** Least values of limits by their WebGPU names, for instance `{ maxBufferSize: 2 ** 30 }`. */
  readonly requiredLimits?: Readonly<Record<string, number>>;
  /** Node only: which driver. */
  readonly backend?: GpuBackend;
  /** Node only: features that no browser has, as subgroup matrices and `shader-f16` on NVIDIA with Vulkan. Default false. */
  readonly experimental?: boolean;
  /** Node only: timestamps in nanoseconds instead of steps of 65,536 ns. Default true. */
  readonly exactTimestamps?: boolean;
  /** Node only: Dawn's toggles by name. */
  readonly dawnFeatures?: {
    readonly enable?: readonly string[];
    readonly disable?: readonly string[];
  };
  /** Stops the opening; its reason is thrown. */
  readonly signal?: AbortSignal;
}
