import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { colouring, inspectedStep } from "../page-state.ts";
import type { Run } from "../run/run.ts";
import { isRunning } from "../run/run-status.ts";

/** The end of the prompt that stands before a continuation, in characters. */
const PROMPT_SHOWN = 600;
/** How near the end, in CSS pixels, still counts as following the text. */
const FOLLOW_DISTANCE = 40;
/** Fractions from which on a token has its full colour: steps differ most below. */
const FULL_COLOUR_KEPT = 0.6;
const FULL_COLOUR_DROPPED = 0.25;

/** The text, one element a token, added to the page directly so that long texts stay fast. */
export function Prose({ run }: { readonly run: Run | undefined }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => (host.current && run ? writeText(host.current, run) : undefined), [run]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: the text is one widget that arrow keys step through.
    <div
      class="prose"
      ref={host}
      role="group"
      aria-label="Written text. The arrow keys step through its tokens."
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it and steps through the tokens.
      tabIndex={0}
      data-colouring={colouring.value}
      onPointerOver={({ target }) => inspect(target)}
      onPointerLeave={() => {
        inspectedStep.value = undefined;
      }}
      onBlur={() => {
        inspectedStep.value = undefined;
      }}
      onKeyDown={(event) => {
        if (run && moveInspection(event.key, run)) event.preventDefault();
      }}
    >
      {run === undefined && <EmptyProse />}
    </div>
  );
}

function EmptyProse() {
  return (
    <p class="empty">
      The text appears here, token by token. Choose an example above and press <b>Run</b>.
    </p>
  );
}

/** Writes a run's text into an element and goes on writing as it grows. Returns how to stop. */
function writeText(host: HTMLElement, run: Run): () => void {
  const { format, prompt } = run.settings;
  const start = document.createElement("span");
  start.className = "prompt-text";
  if (format === "plain") start.textContent = endOf(prompt);
  let paragraph = createParagraph();
  paragraph.append(start);
  host.replaceChildren(paragraph);
  let coloured = 0;
  const tokens: HTMLElement[] = [];
  const stopWriting = effect(() => {
    run.frame.value;
    const follows = host.scrollHeight - host.scrollTop - host.clientHeight < FOLLOW_DISTANCE;
    for (const { text } of run.pieces.slice(tokens.length)) {
      const token = createToken(text);
      paragraph.append(token);
      tokens.push(token);
      if (!text.endsWith("\n")) continue;
      paragraph = createParagraph();
      host.append(paragraph);
    }
    for (; coloured < tokens.length; coloured++) {
      const step = run.pieces[coloured]?.step;
      if (step === undefined && coloured === tokens.length - 1) break;
      if (step !== undefined) colourToken(tokens[coloured]!, run, step);
    }
    host.classList.toggle("writing-now", isRunning(run.status.value));
    if (follows) host.scrollTop = host.scrollHeight;
  });
  const stopMarking = effect(() => {
    const step = inspectedStep.value;
    host.querySelector(".inspected")?.classList.remove("inspected");
    if (step !== undefined) host.querySelector(`[data-step="${step}"]`)?.classList.add("inspected");
  });
  return () => {
    stopWriting();
    stopMarking();
    host.replaceChildren();
  };
}

/** A block of its own, so that a new token lays out its paragraph alone. */
function createParagraph(): HTMLElement {
  const paragraph = document.createElement("div");
  paragraph.className = "paragraph";
  return paragraph;
}

function createToken(text: string): HTMLElement {
  const token = document.createElement("span");
  token.className = "token";
  token.textContent = text;
  return token;
}

function colourToken(token: HTMLElement, run: Run, step: number): void {
  const record = run.steps[step];
  if (!record) return;
  token.dataset.step = String(step);
  token.style.setProperty("--kept-share", share(record.kept, FULL_COLOUR_KEPT));
  token.style.setProperty("--dropped-share", share(record.droppedMass, FULL_COLOUR_DROPPED));
}

function share(value: number, full: number): string {
  return Math.min(1, value / full).toFixed(3);
}

function endOf(prompt: string): string {
  if (prompt.length <= PROMPT_SHOWN) return prompt;
  return `… ${prompt.slice(prompt.indexOf(" ", prompt.length - PROMPT_SHOWN) + 1)}`;
}

function inspect(target: EventTarget | null): void {
  const step = target instanceof HTMLElement ? target.dataset.step : undefined;
  inspectedStep.value = step === undefined ? undefined : Number(step);
}

/** Moves the inspected step for a key; false for a key that means nothing here. */
function moveInspection(key: string, run: Run): boolean {
  const last = run.steps.length - 1;
  const current = inspectedStep.peek();
  const moves: Readonly<Record<string, number | undefined>> = {
    ArrowLeft: Math.max(0, (current ?? last + 1) - 1),
    ArrowRight: Math.min(last, (current ?? last - 1) + 1),
    Home: 0,
    End: last,
    Escape: undefined,
  };
  if (last < 0 || !(key in moves)) return false;
  inspectedStep.value = moves[key];
  return true;
}
