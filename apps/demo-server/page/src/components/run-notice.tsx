import type { ComponentChildren } from "preact";
import type { Failure } from "../api/failure.ts";
import { localModel } from "../local/local-model.ts";
import { apiKey, expected, place, server } from "../page-state.ts";
import type { Run } from "../run/run.ts";
import { explainPhase } from "../run/run-phases.ts";
import { isRunning } from "../run/run-status.ts";

/** What the run does, how it ended, or why it did not start. */
export function RunNotice({ run }: { readonly run: Run | undefined }) {
  const state = place.value === "server" ? server.value : localModel.value;
  const status = run?.status.value;
  if (status?.kind === "failed") return <FailureNotice failure={status.failure} />;
  if (state.kind === "failed") return <FailureNotice failure={state.failure} />;
  if (!run || !status || isRunning(status)) return <PhaseNotice run={run} />;
  if (status.kind === "stopped") {
    return <Notice tone="plain">Stopped after {tokens(run)}. What was written stays.</Notice>;
  }
  if (status.reason === "context-full") {
    return (
      <Notice tone="warning">
        <b>The context is full.</b> Prompt and text together reached the{" "}
        {run.info.contextLength.toLocaleString("en")} tokens that this model can see.
      </Notice>
    );
  }
  return (
    <Notice tone="good">
      {status.reason === "stop" ? "The model ended its text" : "Finished"} after {tokens(run)}.
      <Verdict run={run} />
    </Notice>
  );
}

function PhaseNotice({ run }: { readonly run: Run | undefined }) {
  run?.frame.value;
  return <p class="about">{explainPhase(run)}</p>;
}

function tokens({ tokens: count }: Run): string {
  return count === 1 ? "1 token" : `${count} tokens`;
}

/** Whether the answer holds what the example had hidden. */
function Verdict({ run }: { readonly run: Run }) {
  const wanted = expected.value;
  if (wanted === undefined || !run.settings.prompt.includes(wanted)) return null;
  const isFound = run.text.includes(wanted);
  return (
    <>
      {" "}
      The hidden pass key was <b>{wanted}</b>: {isFound ? "found." : "not found."}
    </>
  );
}

interface NoticeProps {
  readonly tone: "plain" | "good" | "warning" | "bad";
  readonly children: ComponentChildren;
}

function Notice({ tone, children }: NoticeProps) {
  return <p class={`notice notice-${tone}`}>{children}</p>;
}

function FailureNotice({ failure }: { readonly failure: Failure }) {
  const tone = ["busy", "loading", "context-full"].includes(failure.kind) ? "warning" : "bad";
  return (
    <div class={`notice notice-${tone}`} role="alert">
      <p>
        <b>{failure.title}.</b> {failure.detail}
        {failure.param && !failure.detail.includes(failure.param) && (
          <>
            {" "}
            Field: <code>{failure.param}</code>.
          </>
        )}
      </p>
      {failure.kind === "unauthorised" && <KeyForm />}
    </div>
  );
}

function KeyForm() {
  return (
    <form
      class="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        const key = new FormData(event.currentTarget).get("key");
        apiKey.value = typeof key === "string" ? key : "";
      }}
    >
      <label for="api-key">API key</label>
      <input id="api-key" name="key" type="password" autocomplete="off" required />
      <button type="submit" class="button">
        Use it
      </button>
    </form>
  );
}
