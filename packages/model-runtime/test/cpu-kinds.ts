/** The implementations of the CPU operators: what holds for one must hold for the other. */
export const CPU_KINDS: readonly ("plain" | "wasm")[] = ["plain", "wasm"];
