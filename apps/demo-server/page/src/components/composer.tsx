import { EXAMPLES } from "../examples/examples.ts";
import {
  attention,
  currentSettings,
  expected,
  format,
  info,
  prompt,
  runningRun,
} from "../page-state.ts";
import { compareMethods } from "../run/compare-methods.ts";
import { startRun, stopRun } from "../run/start-run.ts";
import { applyExample } from "../settings/apply-example.ts";
import { Segmented } from "./segmented.tsx";

/** The prompt, its examples, and the buttons that start and stop. */
export function Composer() {
  const isReady = info.value !== undefined;
  return (
    <form
      class="composer panel"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      <div class="composer-head">
        <div class="composer-title">
          <label class="panel-title" for="prompt">
            Prompt
          </label>
          <span class="aside-label">{wordCount(prompt.value)}</span>
        </div>
        <Segmented
          legend="How the prompt is sent"
          name="format"
          value={format.value}
          options={[
            { value: "plain", label: "Continue text" },
            { value: "chat", label: "Chat", off: info.value?.hasChatTemplate === false },
          ]}
          onChange={(value) => {
            format.value = value;
          }}
        />
      </div>
      <textarea
        id="prompt"
        rows={4}
        value={prompt.value}
        placeholder="Write the beginning of a story, or choose an example."
        spellcheck={false}
        onInput={({ currentTarget }) => {
          prompt.value = currentTarget.value;
          expected.value = undefined;
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
        }}
      />
      <Examples isReady={isReady} />
      <Buttons isReady={isReady} />
    </form>
  );
}

function Examples({ isReady }: { readonly isReady: boolean }) {
  return (
    <ul class="examples" aria-label="Examples">
      {EXAMPLES.map((example) => (
        <li key={example.name}>
          <button
            type="button"
            class="chip"
            title={example.hint}
            disabled={!isReady}
            onClick={() => applyExample(example)}
          >
            {example.name}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Buttons({ isReady }: { readonly isReady: boolean }) {
  const isRunning = runningRun.value !== undefined;
  const canRun = isReady && !isRunning && prompt.value.trim() !== "";
  // The keys keep the two buttons apart: a stop button that turned into a submit button under the click would submit.
  return (
    <div class="composer-buttons">
      {isRunning ? (
        <button key="stop" type="button" class="button primary stop" onClick={stopRun}>
          <span class="stop-mark" aria-hidden="true" />
          Stop
        </button>
      ) : (
        <button key="run" type="submit" class="button primary" disabled={!canRun}>
          Run
        </button>
      )}
      <button
        type="button"
        class="button"
        disabled={!canRun}
        title="Runs this prompt under full, top-k and sifted attention, one after the other"
        onClick={compareAll}
      >
        Compare all three
      </button>
      <kbd class="shortcut">Ctrl ↵</kbd>
    </div>
  );
}

function wordCount(text: string): string {
  const words = text.split(/\s+/).filter((word) => word !== "").length;
  return words === 1 ? "1 word" : `${words.toLocaleString("en")} words`;
}

function run(): void {
  const server = info.peek();
  if (!server || runningRun.peek() || prompt.peek().trim() === "") return;
  startRun(currentSettings(server.model), server).catch(console.error);
}

function compareAll(): void {
  const server = info.peek();
  if (!server || runningRun.peek()) return;
  compareMethods(currentSettings(server.model), attention.peek(), server).catch(console.error);
}
