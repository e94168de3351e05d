export { modelFacts } from "./model-facts.ts";
export { modelPath } from "./model-path.ts";
export { modelUrl } from "./model-url.ts";
