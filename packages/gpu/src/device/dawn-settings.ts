import type { OpenGpuOptions } from "./open-options.ts";

const experimentalToggles = ["allow_unsafe_apis", "vulkan_enable_f16_on_nvidia"];

/** Dawn's settings, in its form, for these options: `disable-dawn-features=timestamp_quantization`. */
export function dawnSettings(options: OpenGpuOptions): readonly string[] {
  const { backend, experimental = false, exactTimestamps = true, dawnFeatures = {} } = options;
  const enable = [...(experimental ? experimentalToggles : []), ...(dawnFeatures.enable ?? [])];
  const disable = [
    ...(exactTimestamps ? ["timestamp_quantization"] : []),
    ...(dawnFeatures.disable ?? []),
  ];
  return [
    ...(backend === undefined ? [] : [`backend=${backend}`]),
    ...(enable.length === 0 ? [] : [`enable-dawn-features=${enable.join(",")}`]),
    ...(disable.length === 0 ? [] : [`disable-dawn-features=${disable.join(",")}`]),
  ];
}
