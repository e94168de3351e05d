import { attention, info } from "../page-state.ts";
import { AttentionFields } from "./attention-fields.tsx";
import { SamplingFields } from "./sampling-fields.tsx";

const METHODS = [
  {
    kind: "full",
    name: "Full",
    about: "Reads the value row of every earlier token. Exact, and the yardstick.",
  },
  {
    kind: "top-k",
    name: "Top-k",
    about: "Each head keeps its heaviest keys: a fixed share, found by sorting at every step.",
  },
  {
    kind: "sift",
    name: "Sift",
    about: "Each head keeps the keys above a threshold that a power law predicts. No sorting.",
  },
] as const;

/** How attention picks keys and how tokens are drawn. Folds up on narrow screens. */
export function SettingsPanel() {
  const isWide = matchMedia("(min-width: 800px)").matches;
  return (
    <details class="settings" open={isWide}>
      <summary>Settings</summary>
      <div class="settings-body" inert={info.value === undefined}>
        <fieldset class="methods">
          <legend class="group-title">Attention</legend>
          {METHODS.map(({ kind, name, about }) => (
            <label class="method" key={kind}>
              <input
                type="radio"
                name="method"
                value={kind}
                checked={attention.value.kind === kind}
                onChange={() => {
                  attention.value = { ...attention.value, kind };
                }}
              />
              <span class="method-name">{name}</span>
              <span class="method-about">{about}</span>
            </label>
          ))}
        </fieldset>
        <AttentionFields />
        <SamplingFields />
      </div>
    </details>
  );
}
