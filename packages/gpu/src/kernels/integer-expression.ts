/** What a name stands for, or undefined for an unknown one. */
export type ResolveName = (name: string) => number | undefined;

type Operation = (left: number, right: number) => number;

/** By precedence, loosest first. */
const levels: readonly Readonly<Record<string, Operation>>[] = [
  {
    "<<": (left, right) => left * 2 ** right,
    ">>": (left, right) => Math.floor(left / 2 ** right),
  },
  { "+": (left, right) => left + right, "-": (left, right) => left - right },
  {
    "*": (left, right) => left * right,
    "/": (left, right) => Math.trunc(left / right),
    "%": (left, right) => left % right,
  },
];

const token = /\s*(?:(\d+)[iu]?(?!\w)|([a-zA-Z_]\w*)|(<<|>>|[-+*/%()]))/y;

function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  const source = text.trim();
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const match = token.exec(source);
    if (!match) return undefined;
    tokens.push(match[1] ?? match[2] ?? match[3]!);
  }
  return tokens;
}

/** Reads tokens from the left; NaN stands for what has no value and spreads through every operation. */
class Parser {
  readonly #tokens: readonly string[];
  readonly #resolve: ResolveName;
  #next = 0;

  constructor(tokens: readonly string[], resolve: ResolveName) {
    this.#tokens = tokens;
    this.#resolve = resolve;
  }

  get isAtEnd(): boolean {
    return this.#next === this.#tokens.length;
  }

  expression(level = 0): number {
    const operations = levels[level];
    if (!operations) return this.#operand();
    let value = this.expression(level + 1);
    for (;;) {
      const operation = operations[this.#tokens[this.#next] ?? ""];
      if (!operation) return value;
      this.#next++;
      value = operation(value, this.expression(level + 1));
    }
  }

  #operand(): number {
    const word = this.#tokens[this.#next++] ?? "";
    if (word === "(") {
      const value = this.expression();
      return this.#tokens[this.#next++] === ")" ? value : Number.NaN;
    }
    return /^\d/.test(word) ? Number(word) : (this.#resolve(word) ?? Number.NaN);
  }
}

/**
 * The value of an expression of whole numbers, names, + - * / % << >> and parentheses, as WGSL computes it. Undefined
 * when it is none, names something unknown, divides by 0 or leaves −2³¹ to 2³² − 1.
 */
export function evaluateInteger(text: string, resolve: ResolveName): number | undefined {
  const tokens = tokensOf(text);
  if (!tokens) return undefined;
  const parser = new Parser(tokens, resolve);
  const value = parser.expression();
  const isInRange = Number.isInteger(value) && -(2 ** 31) <= value && value < 2 ** 32;
  return parser.isAtEnd && isInRange ? value : undefined;
}
