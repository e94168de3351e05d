import { formatBytes } from "../format/format-number.ts";
import { shortName } from "../format/short-name.ts";
import type { OpeningProgress } from "../local/local-messages.ts";

interface OpeningBarProps {
  /** What the model was asked for by. */
  readonly name: string;
  readonly progress: OpeningProgress | undefined;
}

/** How far a model has been opened. */
export function OpeningBar({ name, progress }: OpeningBarProps) {
  const total = progress?.bytesTotal ?? 0;
  const part = total > 0 ? Math.min(1, (progress?.bytesDone ?? 0) / total) : undefined;
  return (
    <div class="opening">
      <progress class="opening-track" max={1} value={part} aria-label="Opening the model" />
      <p class="place-line">{describe(name, progress)}</p>
    </div>
  );
}

function describe(name: string, progress: OpeningProgress | undefined): string {
  if (!progress) return "Asking what there is to download …";
  const { stage, item, bytesDone, bytesTotal } = progress;
  const done = formatBytes(bytesDone);
  const bytes = bytesTotal > 0 ? `${done} of ${formatBytes(bytesTotal)}` : done;
  if (stage === "download") {
    return `Downloading ${item.endsWith(".gguf") ? shortName(name) : item}: ${bytes}`;
  }
  if (stage === "weights") return `Loading the weights: ${bytes}`;
  return stage === "tokenizer" ? "Reading the tokenizer …" : `Starting the backend: ${item} …`;
}
