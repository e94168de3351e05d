import { listKeptModels, localModel } from "../local/local-model.ts";
import { type Place, place, server } from "../page-state.ts";
import { BackendName } from "./backend-name.tsx";
import { LocalModelBar } from "./local-model-bar.tsx";
import { Segmented } from "./segmented.tsx";

/** Whether runs compute on the server or in this browser, and on what. */
export function PlaceBar() {
  return (
    <section class="place panel" aria-label="Where the model runs">
      <Segmented
        legend="Where the model runs"
        name="place"
        value={place.value}
        options={[
          { value: "server", label: "On the server" },
          { value: "browser", label: "In this browser" },
        ]}
        onChange={choose}
      />
      {place.value === "server" ? <ServerLine /> : <LocalModelBar />}
    </section>
  );
}

function choose(chosen: Place): void {
  place.value = chosen;
  if (chosen === "browser" && localModel.peek().kind === "none") listKeptModels();
}

function ServerLine() {
  const state = server.value;
  return (
    <p class="place-line">
      {state.kind === "ready" ? (
        <>
          The server computes on <BackendName description={state.info.backendDescription} />.
        </>
      ) : (
        "The server says what it computes on once it answers."
      )}
    </p>
  );
}
