import { GpuError } from "../gpu-error.ts";
import { evaluateInteger, type ResolveName } from "./integer-expression.ts";
import type { SourceLine } from "./line-map.ts";

const mark = /^\s*\/\/ @unroll\b/;
const head = /^(\s*)for \(var (\w+) = (\d+)u; (\w+) < (.+); (\w+)\+\+\) \{$/;
const innerLoop = /^(\s*)(?:for|while|loop)\b.*\{$/;
const jump = /\b(?:break|continue)\b/;
const greatestRounds = 4096;

interface Loop {
  readonly line: number;
  readonly indent: string;
  readonly counter: string;
  readonly begin: number;
  readonly end: number;
  readonly body: readonly SourceLine[];
}

function indexOfClose(lines: readonly SourceLine[], from: number, indent: string): number {
  return lines.findIndex(({ text }, index) => index >= from && text.trimEnd() === `${indent}}`);
}

function jumpIn(body: readonly SourceLine[]): SourceLine | undefined {
  for (let index = 0; index < body.length; index++) {
    const inner = innerLoop.exec(body[index]!.text);
    const close = inner ? indexOfClose(body, index, inner[1]!) : -1;
    if (close >= 0) index = close;
    else if (jump.test(body[index]!.text.replace(/\/\/.*/, ""))) return body[index];
  }
  return undefined;
}

/** Expands the marked loops of one shader, and counts their rounds. */
class Unroller {
  readonly #where: string;
  readonly #resolve: ResolveName;
  #rounds = 0;

  constructor(where: string, resolve: ResolveName) {
    this.#where = where;
    this.#resolve = resolve;
  }

  expand(file: string, lines: readonly SourceLine[]): readonly SourceLine[] {
    const at = lines.findIndex(({ text }) => mark.test(text));
    if (at < 0) return lines;
    const loop = this.#read(file, lines, at + 1);
    const after = at + 1 + loop.body.length + 2;
    const rest = this.expand(file, lines.slice(after));
    return [...lines.slice(0, at + 1), ...this.#roundsOf(file, loop, lines[after - 1]!), ...rest];
  }

  #roundsOf(file: string, loop: Loop, close: SourceLine): readonly SourceLine[] {
    const { line, indent, counter, begin, end, body } = loop;
    this.#rounds += Math.max(0, end - begin);
    if (this.#rounds > greatestRounds) {
      this.#refuse(file, line, `at most ${greatestRounds} rounds in all`, `${this.#rounds}`);
    }
    const word = new RegExp(`(?<![.\\w])${counter}(?!\\w)`, "g");
    const rounds: SourceLine[] = [];
    for (let value = begin; value < end; value++) {
      const round = body.map((line) => ({ ...line, text: line.text.replace(word, `${value}u`) }));
      rounds.push({ line, text: `${indent}{` }, ...this.expand(file, round), close);
    }
    return rounds;
  }

  #read(file: string, lines: readonly SourceLine[], at: number): Loop {
    const { line, text } = lines[at] ?? { line: lines[at - 1]!.line, text: "the end of the file" };
    const [, indent = "", counter = "", begin, tested, bound = "", counted] = head.exec(text) ?? [];
    if (begin === undefined || tested !== counter || counted !== counter) {
      this.#refuse(file, line, "for (var NAME = 0u; NAME < BOUND; NAME++) {", text.trim());
    }
    const end = evaluateInteger(bound, this.#resolve);
    if (end === undefined) {
      this.#refuse(file, line, "a bound of whole numbers and constants", bound);
    }
    const close = indexOfClose(lines, at + 1, indent);
    if (close < 0) this.#refuse(file, line, "a } alone, indented like the for", "none");
    const body = lines.slice(at + 1, close);
    const leaving = jumpIn(body);
    if (leaving) this.#refuse(file, leaving.line, "a body that stays", leaving.text.trim());
    return { line, indent, counter, begin: Number(begin), end, body };
  }

  #refuse(file: string, line: number, expected: string, got: string): never {
    throw new GpuError(
      "invalid-argument",
      `${this.#where}: ${file}:${line}: @unroll: expected ${expected}, got ${got}`,
    );
  }
}

/**
 * Files with each loop below a line `// @unroll` written out: for each round a block with the counter replaced by its
 * value, `3u`. Compilers keep a private array in registers only when all its indices are known, and do not always
 * unroll for it. The counter starts at a literal and grows by one; the bound is made of whole numbers and constants,
 * and in a nested loop of outer counters too. The closing brace stands alone, indented like the `for`; `break` and
 * `continue` may only leave a loop inside.
 * @throws GpuError "invalid-argument" with file and line for another loop, or over 4096 rounds in all.
 */
export function unrollLoops(
  where: string,
  files: readonly { readonly name: string; readonly lines: readonly SourceLine[] }[],
  resolve: ResolveName,
): readonly { readonly name: string; readonly lines: readonly SourceLine[] }[] {
  const unroller = new Unroller(where, resolve);
  return files.map(({ name, lines }) => ({ name, lines: unroller.expand(name, lines) }));
}
