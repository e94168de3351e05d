import type { ChatMessage } from "@sift-attention/model-runtime";
import { z } from "zod";
import { neutral } from "./shared-fields.ts";

const textPart = z.strictObject({
  type: z.literal("text", { error: 'expected "text", the one kind of content there is' }),
  text: z.string(),
});

const content = z.union([z.string(), z.array(textPart)], {
  error: "expected a string or an array of text parts",
});

/** An answer of this server, sent back as history, has fields that are null: they count as absent. */
const withoutNulls = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
    : value;

const written = z.strictObject({
  role: z.enum(["system", "developer", "user"], {
    error: "expected system, developer, user or assistant",
  }),
  content,
});

const answered = z.strictObject({
  role: z.literal("assistant"),
  content: content.optional(),
  tool_calls: neutral([[]], "tools are not supported"),
  annotations: neutral([[]], "annotations are not supported"),
});

const message = z.preprocess(
  withoutNulls,
  z.discriminatedUnion("role", [written, answered], {
    error: "expected a message whose role is system, developer, user or assistant",
  }),
);

/** `messages` of a chat, as the runtime takes them. Templates know no "developer": it is the newer name of "system". */
export const messagesField = z
  .array(message, { error: "expected an array of at least one message" })
  .min(1)
  .transform((messages): ChatMessage[] =>
    messages.map(({ role, content = "" }) => ({
      role: role === "developer" ? "system" : role,
      content: typeof content === "string" ? content : content.map(({ text }) => text).join(""),
    })),
  );
