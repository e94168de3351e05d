import { describe, expect, test } from "vitest";
import { createChatRenderer, findChatTemplate, readTemplateTokens } from "./chat-template.ts";

const messages = [{ role: "user", content: "Hi" }];
const render = (template: string, addGenerationPrompt = true): string =>
  createChatRenderer(template, { bos_token: "<s>", eos_token: "</s>" })(messages, {
    addGenerationPrompt,
  });

describe("createChatRenderer", () => {
  test("hands over messages, tokens and whether an answer is to follow", () => {
    const template =
      "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m['content'] | trim }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}>{% endif %}";
    expect(render(template)).toBe("<s>[user]Hi</s>>");
    expect(render(template, false)).toBe("<s>[user]Hi</s>");
  });

  test("trims blocks as Hugging Face does", () => {
    expect(render("{% if true %}\n  a\n{% endif %}\nb")).toBe("  a\nb");
  });

  test("tools are there and none", () => {
    expect(render("{{ tools is defined }} {{ tools is none }} {{ pad_token is defined }}")).toBe(
      "true true false",
    );
  });

  test("knows strftime_now", () => {
    expect(render("{{ strftime_now('%Y') }}")).toMatch(/^\d{4}$/);
  });

  test("passes a template's refusal on as bad-chat", () => {
    expect(() => render("{{ raise_exception('no system role') }}")).toThrow(
      expect.objectContaining({
        code: "bad-chat",
        message: expect.stringContaining("no system role"),
      }),
    );
  });

  test("a template that does not compile fails when it is used, not before", () => {
    const broken = createChatRenderer("{% for %}", {});
    expect(() => broken(messages, { addGenerationPrompt: true })).toThrow(
      expect.objectContaining({ code: "bad-chat" }),
    );
  });
});

describe("findChatTemplate", () => {
  test("takes a text, or the one named default", () => {
    const named = [
      { name: "tool_use", template: "t" },
      { name: "default", template: "d" },
    ];
    expect(findChatTemplate({ chat_template: "x" })).toBe("x");
    expect(findChatTemplate({ chat_template: named })).toBe("d");
    expect(findChatTemplate({ chat_template: named.slice(0, 1) })).toBeUndefined();
    expect(findChatTemplate({})).toBeUndefined();
  });
});

describe("readTemplateTokens", () => {
  test("takes texts and objects, and leaves out what is null", () => {
    const config = { bos_token: "<s>", eos_token: { content: "</s>" }, pad_token: null };
    expect(readTemplateTokens(config)).toEqual({ bos_token: "<s>", eos_token: "</s>" });
  });
});
