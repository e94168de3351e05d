import { type Signal, signal } from "@preact/signals";
import {
  closeLocalModel,
  keptModels,
  type LocalModel,
  localModel,
  openLocalModel,
} from "../local/local-model.ts";
import { runningRun } from "../page-state.ts";
import { BackendName } from "./backend-name.tsx";
import { KeptModels } from "./kept-models.tsx";
import { OpeningBar } from "./opening-bar.tsx";

/** The embedded model, and one of the Hub that is small enough for most tabs. */
const SUGGESTED = ["tales-28m", "HuggingFaceTB/SmolLM2-135M-Instruct"];

const wanted: Signal<string> = signal("tales-28m");

/** Opens a model in this browser, says what it runs on, and what the browser keeps. */
export function LocalModelBar() {
  const state = localModel.value;
  return (
    <div class="local">
      <OpenForm state={state} />
      <StateLine state={state} />
      <KeptModels />
    </div>
  );
}

function OpenForm({ state }: { readonly state: LocalModel }) {
  const isOpening = state.kind === "opening";
  const name = wanted.value.trim();
  const isOpen = state.kind === "ready" && state.name === name;
  return (
    <form
      class="open-form"
      onSubmit={(event) => {
        event.preventDefault();
        openLocalModel(name);
      }}
    >
      <label for="local-model">Model</label>
      <input
        id="local-model"
        list="local-models"
        value={wanted.value}
        disabled={isOpening}
        placeholder="owner/name"
        title="tales-28m, or a model of the Hugging Face Hub: owner/name or owner/name/file.gguf"
        spellcheck={false}
        autocomplete="off"
        onInput={({ currentTarget }) => {
          wanted.value = currentTarget.value;
        }}
      />
      <datalist id="local-models">
        {[...new Set([...SUGGESTED, ...keptModels.value.models.map(({ name: kept }) => kept)])].map(
          (option) => (
            <option key={option} value={option} />
          ),
        )}
      </datalist>
      {isOpening ? (
        <button key="cancel" type="button" class="button" onClick={closeLocalModel}>
          Cancel
        </button>
      ) : (
        <button
          key="open"
          type="submit"
          class="button"
          disabled={name === "" || isOpen || runningRun.value !== undefined}
        >
          Open
        </button>
      )}
    </form>
  );
}

function StateLine({ state }: { readonly state: LocalModel }) {
  if (state.kind === "opening") return <OpeningBar name={state.name} progress={state.progress} />;
  if (state.kind === "ready") {
    return (
      <p class="place-line">
        This browser computes on <BackendName description={state.info.backendDescription} />.
      </p>
    );
  }
  return (
    <p class="place-line">
      {state.kind === "failed" ? (
        <span class="place-failure">{state.failure.title}.</span>
      ) : (
        "The model is downloaded once and kept; nothing you write leaves this browser."
      )}
    </p>
  );
}
