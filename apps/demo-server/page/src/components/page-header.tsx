import type { ServerInfo } from "../../../src/live-events.ts";
import { formatCount, formatShort } from "../format/format-number.ts";
import { localModel } from "../local/local-model.ts";
import { place, server } from "../page-state.ts";
import { cycleTheme, theme } from "../theme.ts";

/** Name, what the page is for, what the server runs, and the theme switch. */
export function PageHeader() {
  return (
    <header class="page-header">
      <div class="brand">
        <img src="./icon.svg" alt="" width="36" height="36" />
        <div>
          <h1>SiftAttention</h1>
          <p>
            Sifting predicts which earlier tokens hardly matter for the next one, and leaves their
            values unread.
          </p>
        </div>
      </div>
      {place.value === "server" ? <ServerFacts /> : <LocalFacts />}
      <ThemeButton />
    </header>
  );
}

function ServerFacts() {
  const state = server.value;
  if (state.kind === "ready") return <ModelFacts info={state.info} />;
  return (
    <p class="facts" data-state={state.kind}>
      <span class="lamp" aria-hidden="true" />
      {state.kind === "loading" ? "Looking for the server …" : state.failure.title}
    </p>
  );
}

function LocalFacts() {
  const state = localModel.value;
  if (state.kind === "ready") return <ModelFacts info={state.info} />;
  const text = {
    none: "No model is open in this browser",
    opening: "The model is being opened …",
    failed: "The model is not open",
  }[state.kind];
  return (
    <p class="facts" data-state={state.kind === "failed" ? "failed" : "loading"}>
      <span class="lamp" aria-hidden="true" />
      {text}
    </p>
  );
}

function ModelFacts({ info }: { readonly info: ServerInfo }) {
  const heads = `${info.layers} layers × ${info.queryHeads} heads, ${info.kvHeads} KV heads`;
  return (
    <dl class="facts" data-state="ready">
      <div>
        <dt>Model</dt>
        <dd>
          <span class="lamp" aria-hidden="true" />
          {info.model}
        </dd>
      </div>
      <div>
        <dt>Size</dt>
        <dd>
          {formatShort(info.parameters)} parameters, {info.weightType}
        </dd>
      </div>
      <div class="fact-heads">
        <dt>Attention</dt>
        <dd>{heads}</dd>
      </div>
      <div class="fact-context">
        <dt>Context</dt>
        <dd>{formatCount(info.contextLength)} tokens</dd>
      </div>
    </dl>
  );
}

const THEME_ICONS = {
  system: "M8 2a6 6 0 1 0 0 12zM8 2v12a6 6 0 0 0 0-12z",
  light: "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
  dark: "M13 9.600A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.600z",
} as const;

function ThemeButton() {
  const current = theme.value;
  return (
    <button
      type="button"
      class="button quiet icon-button"
      onClick={cycleTheme}
      aria-label={`Theme: ${current}. Change`}
      title={`Theme: ${current}`}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" class={`theme-${current}`}>
        <path d={THEME_ICONS[current]} />
        {current === "system" && <circle cx="8" cy="8" r="6" class="ring" />}
        {current === "light" && (
          <path
            class="ring"
            d="M8 1v1.500M8 13.500V15M1 8h1.500M13.5 8H15M3 3l1.1 1.100M11.9 11.9 13 13M13 3l-1.1 1.100M4.1 11.9 3 13"
          />
        )}
      </svg>
    </button>
  );
}
