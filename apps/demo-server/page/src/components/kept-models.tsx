import { formatBytes } from "../format/format-number.ts";
import { shortName } from "../format/short-name.ts";
import { keptModels, localModel, removeKeptModel } from "../local/local-model.ts";

/** What this browser keeps, each with a button that removes it, and how much more fits. */
export function KeptModels() {
  const { models, available } = keptModels.value;
  const state = localModel.value;
  if (models.length === 0 || state.kind === "opening") return null;
  return (
    <div class="kept">
      <span class="aside-label">
        Kept here
        {available !== undefined && <> ({formatBytes(available)} free)</>}
      </span>
      <ul>
        {models.map(({ name, byteLength, isComplete }) => (
          <li key={name} class="kept-model">
            <span>
              {shortName(name)} <small>{formatBytes(byteLength)}</small>
              {!isComplete && <small>, unfinished</small>}
            </span>
            <button
              type="button"
              aria-label={`Remove ${name} from this browser`}
              title={`Remove ${name}`}
              onClick={() => removeKeptModel(name)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
