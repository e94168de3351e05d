import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ServerInfo, StepEvent } from "../../../src/live-events.ts";
import { inspectedStep, selectedHead, shownRun } from "../page-state.ts";

type Shape = Pick<ServerInfo, "layers" | "queryHeads" | "kvHeads">;

/** A grid of layers by heads, grouped by KV head, each group followed by its union. Arrow keys move the selection. */
export function HeatMap({ shape }: { readonly shape: Shape }) {
  const host = useRef<HTMLTableElement>(null);
  const { layers, queryHeads, kvHeads } = shape;
  const group = queryHeads / kvHeads;
  useEffect(
    () => (host.current ? followSteps(host.current, shape) : undefined),
    [layers, queryHeads, kvHeads],
  );
  return (
    <div class="heat-box">
      <table
        class="heat"
        ref={host}
        aria-label="Kept fraction in percent: one row per layer, one column per head"
        style={{ "--columns": queryHeads + kvHeads }}
        onKeyDown={(event) => {
          if (moveSelection(event.key, shape)) event.preventDefault();
        }}
      >
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">Layer</span>
            </th>
            {numbers(kvHeads).map((kv) => (
              <GroupHead key={kv} kv={kv} group={group} />
            ))}
          </tr>
        </thead>
        <tbody>
          {numbers(layers).map((layer) => (
            <tr key={layer}>
              <th scope="row">
                <span class="visually-hidden">Layer </span>
                {layer + 1}
              </th>
              {numbers(kvHeads).map((kv) => (
                <GroupCells key={kv} layer={layer} kv={kv} group={group} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function GroupHead({ kv, group }: { readonly kv: number; readonly group: number }) {
  return (
    <>
      {numbers(group).map((i) => (
        <th scope="col" key={i}>
          <span class="visually-hidden">Head </span>
          {kv * group + i + 1}
        </th>
      ))}
      <th scope="col" class="union-head">
        <span aria-hidden="true">∪</span>
        <span class="visually-hidden">Union of KV head {kv + 1}</span>
      </th>
    </>
  );
}

interface GroupCellsProps {
  readonly layer: number;
  readonly kv: number;
  readonly group: number;
}

function GroupCells({ layer, kv, group }: GroupCellsProps) {
  return (
    <>
      {numbers(group).map((i) => (
        <HeadCell key={i} layer={layer} head={kv * group + i} />
      ))}
      <td class="union">
        <span data-union={`${layer},${kv}`} />
      </td>
    </>
  );
}

function HeadCell({ layer, head }: { readonly layer: number; readonly head: number }) {
  const { layer: selectedLayer, head: chosen } = selectedHead.value;
  const isSelected = selectedLayer === layer && chosen === head;
  return (
    <td>
      <button
        type="button"
        data-head={`${layer},${head}`}
        tabIndex={isSelected ? 0 : -1}
        aria-pressed={isSelected}
        onClick={() => {
          selectedHead.value = { layer, head };
        }}
      />
    </td>
  );
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Fills the cells from the shown step, outside the component tree: hundreds of cells change every frame. */
function followSteps(table: HTMLElement, shape: Shape): () => void {
  const heads = cellsOf(table, "[data-head]", shape.layers, shape.queryHeads);
  const unions = cellsOf(table, "[data-union]", shape.layers, shape.kvHeads);
  return effect(() => {
    const run = shownRun.value;
    run?.frame.value;
    const event = run?.steps[inspectedStep.value ?? run.steps.length - 1]?.event;
    fillCells(heads, event?.kept);
    fillCells(unions, event?.union);
  });
}

function cellsOf(
  table: HTMLElement,
  selector: string,
  rows: number,
  columns: number,
): readonly (readonly HTMLElement[])[] {
  const cells = [...table.querySelectorAll<HTMLElement>(selector)];
  return numbers(rows).map((row) => cells.slice(row * columns, (row + 1) * columns));
}

function fillCells(
  cells: readonly (readonly HTMLElement[])[],
  parts: StepEvent["kept"] | undefined,
): void {
  cells.forEach((row, layer) => {
    row.forEach((cell, column) => {
      fillCell(cell, parts?.[layer]?.[column]);
    });
  });
}

function fillCell(cell: HTMLElement, part: number | undefined): void {
  const text = part === undefined ? "" : String(Math.round(part * 100));
  const depth = part === undefined ? "" : Math.sqrt(part).toFixed(2);
  if (cell.dataset.depth === depth && cell.textContent === text) return;
  cell.dataset.depth = depth;
  cell.textContent = text;
  const [layer, head] = cell.dataset.head?.split(",").map(Number) ?? [];
  if (layer !== undefined && head !== undefined) {
    const kept = text === "" ? "" : `: ${text} % kept`;
    cell.ariaLabel = `Layer ${layer + 1}, head ${head + 1}${kept}`;
  }
  cell.style.setProperty("--depth", depth === "" ? "0" : depth);
}

/** Moves the selected head for an arrow key and focuses its cell; false for any other key. */
function moveSelection(key: string, { layers, queryHeads }: Shape): boolean {
  const { layer, head } = selectedHead.peek();
  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [layer - 1, head],
    ArrowDown: [layer + 1, head],
    ArrowLeft: [layer, head - 1],
    ArrowRight: [layer, head + 1],
    Home: [layer, 0],
    End: [layer, queryHeads - 1],
  };
  const [nextLayer, nextHead] = moves[key] ?? [];
  if (nextLayer === undefined || nextHead === undefined) return false;
  const chosen = {
    layer: Math.min(layers - 1, Math.max(0, nextLayer)),
    head: Math.min(queryHeads - 1, Math.max(0, nextHead)),
  };
  selectedHead.value = chosen;
  document
    .querySelector<HTMLElement>(`td:has(> [data-head="${chosen.layer},${chosen.head}"])`)
    ?.focus();
  return true;
}
