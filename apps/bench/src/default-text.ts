import { fileURLToPath } from "node:url";

/** The text that comes with the bench, seen from src/ and from dist/ alike. */
export const defaultText: string = fileURLToPath(new URL("../texts/fanshawe.txt", import.meta.url));
