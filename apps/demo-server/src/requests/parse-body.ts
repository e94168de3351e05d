import type { z } from "zod";
import { ApiError } from "../api-error.ts";

type Issue = z.core.$ZodIssue;

/**
 * The body as a schema reads it. Fields that are null count as absent, as OpenAI's API has it.
 * @throws ApiError with the field at fault in `param`.
 */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ApiError("invalid_request", "The body is not a JSON object.");
  }
  const present = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  throw asApiError(result.error.issues[0]!, present);
}

function asApiError(issue: Issue, body: object): ApiError {
  const { message, unknownKey, ...place } = locate(issue);
  const path = withinBody(body, place.path);
  const param = writePath(path);
  if (unknownKey) {
    return new ApiError("unknown_parameter", `${param}: this field is not known.`, { param });
  }
  const value = valueAt(body, path);
  if (value === undefined) {
    return new ApiError("missing_required_parameter", `${param}: this field is missing.`, {
      param,
    });
  }
  return new ApiError(codeOf(issue), `${param}: ${message}; got ${abridge(value)}.`, { param });
}

function codeOf(issue: Issue): "unsupported_parameter" | "invalid_value" {
  return issue.code === "custom" && issue.params?.unsupported === true
    ? "unsupported_parameter"
    : "invalid_value";
}

interface Place {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly unknownKey: boolean;
}

/** The deepest complaint: of a union that of the branch which got furthest, its own when none got anywhere. */
function locate(issue: Issue, base: readonly PropertyKey[] = []): Place {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return { path: [...path, issue.keys[0]!], message: issue.message, unknownKey: true };
  }
  const here: Place = { path, message: issue.message, unknownKey: false };
  if (issue.code !== "invalid_union") return here;
  return issue.errors
    .flatMap((branch) => branch.slice(0, 1).map((nested) => locate(nested, path)))
    .reduce((deepest, place) => (place.path.length > deepest.path.length ? place : deepest), here);
}

/** A schema may unfold a value that the client wrote as one word: the word is at fault then. */
function withinBody(body: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  const parents = path.findIndex((_, depth) => {
    const parent = valueAt(body, path.slice(0, depth));
    return typeof parent !== "object" || parent === null;
  });
  return parents < 0 ? path : path.slice(0, parents);
}

/** messages[0].content */
function writePath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** At most 60 characters. Lists and objects are not written out: a client may nest them without end. */
function abridge(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
