export type { PowerLaw } from "./power-law.ts";
