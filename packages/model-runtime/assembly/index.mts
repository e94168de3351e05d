// What JavaScript calls. Each operator writes its arguments to the job block and shares the work out in tickets.

import * as attentionJob from "./attention";
import { tilesOf, useBlock } from "./attention-block";
import * as control from "./control";
import {
  addTicket, geluMultiplyTicket, geluTicket, SPAN as NUMBER_SPAN, scaleTicket, siluMultiplyTicket, softCapTicket,
} from "./elementwise";
import { layerNormTicket, SPAN as LAYER_NORM_SPAN } from "./layer-norm";
import { matmulTicket } from "./matmul";
import { rmsNormTicket, SPAN as NORM_SPAN } from "./rms-norm";
import { rotateTicket, SPAN as ROTATE_SPAN } from "./rotate";

export { setArgument, setNumber, setScratch, setThreads, stop } from "./control";
export { exponentials } from "./elementwise";
export { append, embed } from "./rows";

const MATMUL: i32 = 1, RMS_NORM: i32 = 2, ROTATE: i32 = 3, SILU_MULTIPLY: i32 = 4, ADD: i32 = 5;
const ATTENTION_BLOCK: i32 = 6, SCORES: i32 = 7, WEIGHTS: i32 = 8, VALUES: i32 = 9;
const LAYER_NORM: i32 = 10, GELU_MULTIPLY: i32 = 11, GELU: i32 = 12, SCALE: i32 = 13, SOFT_CAP: i32 = 14;
const CHOICE: i32 = 15;

function runTicket(kernel: i32, ticket: i32): void {
  switch (kernel) {
    case MATMUL: matmulTicket(ticket); break;
    case RMS_NORM: rmsNormTicket(ticket); break;
    case ROTATE: rotateTicket(ticket); break;
    case SILU_MULTIPLY: siluMultiplyTicket(ticket); break;
    case ADD: addTicket(ticket); break;
    case ATTENTION_BLOCK: attentionJob.blockTicket(ticket); break;
    case SCORES: attentionJob.scoresTicket(ticket); break;
    case WEIGHTS: attentionJob.weightsTicket(ticket); break;
    case VALUES: attentionJob.valuesTicket(ticket); break;
    case LAYER_NORM: layerNormTicket(ticket); break;
    case GELU_MULTIPLY: geluMultiplyTicket(ticket); break;
    case GELU: geluTicket(ticket); break;
    case SCALE: scaleTicket(ticket); break;
    case SOFT_CAP: softCapTicket(ticket); break;
    case CHOICE: attentionJob.choiceTicket(ticket); break;
    default: unreachable();
  }
}

function drawAll(): void {
  for (let ticket = control.draw(); ticket >= 0; ticket = control.draw()) {
    runTicket(control.kernel(), ticket);
    control.finish();
  }
}

function run(kernel: i32, tickets: i32): void {
  control.publish(kernel, tickets);
  drawAll();
  control.join(tickets);
}

/** Pieces of at most `span`. */
function runSpans(kernel: i32, count: i32, span: i32): void {
  run(kernel, (count + span - 1) / span);
}

/** The life of a worker thread: returns when `stop` was called. */
export function work(index: i32): void {
  control.becomeThread(index);
  while (control.awaitWork()) drawAll();
}

/** Arguments as matmul.mts names them. */
export function matmul(outputs: i32, span: i32): void {
  control.setArgument(7, outputs);
  control.setArgument(8, span);
  runSpans(MATMUL, outputs, span);
}

export function rmsNorm(out: i32, x: i32, weight: i32, rows: i32, width: i32, epsilon: f64): void {
  control.setArgument(0, out);
  control.setArgument(1, x);
  control.setArgument(2, weight);
  control.setArgument(3, rows);
  control.setArgument(4, width);
  control.setNumber(0, epsilon);
  runSpans(RMS_NORM, rows, NORM_SPAN);
}

/** Arguments as layer-norm.mts names them. */
export function layerNorm(rows: i32): void {
  runSpans(LAYER_NORM, rows, LAYER_NORM_SPAN);
}

/** Arguments as rotate.mts names them. */
export function rotate(rows: i32): void {
  control.setArgument(3, rows);
  runSpans(ROTATE, rows, ROTATE_SPAN);
}

function runOnNumbers(kernel: i32, x: i32, y: i32, count: i32): void {
  control.setArgument(0, x);
  control.setArgument(1, y);
  control.setArgument(2, count);
  runSpans(kernel, count, NUMBER_SPAN);
}

export function siluMultiply(gate: i32, up: i32, count: i32): void {
  runOnNumbers(SILU_MULTIPLY, gate, up, count);
}

export function geluMultiply(gate: i32, up: i32, count: i32): void {
  runOnNumbers(GELU_MULTIPLY, gate, up, count);
}

export function gelu(x: i32, count: i32): void {
  runOnNumbers(GELU, x, 0, count);
}

export function scale(x: i32, factor: f64, count: i32): void {
  control.setNumber(0, factor);
  runOnNumbers(SCALE, x, 0, count);
}

export function softCap(x: i32, cap: f64, count: i32): void {
  control.setNumber(0, cap);
  runOnNumbers(SOFT_CAP, x, 0, count);
}

export function add(x: i32, y: i32, count: i32): void {
  runOnNumbers(ADD, x, y, count);
}

/** Bytes of a block of attention: `lines` query heads over `keys` keys, with or without room for tiles of their own. */
export function attentionBlockBytes(lines: i32, keys: i32, headDim: i32, isShared: bool): u32 {
  const tiles = isShared ? tilesOf(keys) : 0;
  return ((useBlock(0, lines, keys, headDim, tiles) + 63) & ~63) as u32;
}

/** Scores alone, for a rule of the caller's; arguments as attention.mts names them. */
export function attentionScores(kvHeads: i32): void {
  run(CHOICE, attentionJob.blockCount() * kvHeads);
}

/** Arguments as attention.mts names them. */
export function attention(rows: i32, kvHeads: i32): void {
  attentionJob.advanceValueSums();
  if (rows > 1) {
    run(ATTENTION_BLOCK, attentionJob.blockCount() * kvHeads);
    return;
  }
  const spans = attentionJob.spansOfKeys() * kvHeads;
  run(SCORES, spans);
  run(WEIGHTS, kvHeads);
  run(VALUES, spans);
  attentionJob.joinTiles();
}
