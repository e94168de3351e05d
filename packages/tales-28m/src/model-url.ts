/**
 * Where the GGUF file lies: a `file:` URL in Node; in the browser the URL of the asset that the bundler emits, which
 * finds this expression by its form.
 */
export const modelUrl: URL = new URL("../model/tales-28m.q8_0.gguf", import.meta.url);
