// Every SDK's lines hold the host and the key, and nothing of ours is left to be filled in.
import { describe, expect, test } from "vitest";
import { SNIPPETS, type Target, webhookAddress, webhookCurl } from "./snippets";

const target: Target = {
  origin: "https://parlour.example:8443",
  key: "pk_0123456789abcdefghijklmnopqrstuv",
  brand: "brand:o'neill",
  source: "the shop",
};

describe("lines to copy", () => {
  test.each(SNIPPETS.map((snippet) => [snippet.id, snippet] as const))("%s has host and key", (_, snippet) => {
    const text = snippet.text(target);
    expect(text).toContain("parlour.example:8443");
    expect(text).toContain(target.key);
    expect(text).not.toMatch(/undefined|YOUR_WRITE_KEY/);
  });
  test("ids are unique, since one of them is chosen by it", () => {
    expect(new Set(SNIPPETS.map((snippet) => snippet.id)).size).toBe(SNIPPETS.length);
  });
  test("a quote in a name does not end the shell's", () => {
    const curl = SNIPPETS.find((snippet) => snippet.id === "curl")?.text(target) ?? "";
    expect(curl).toContain("o'\\''neill");
    expect(webhookCurl(target, `{"a":"it's"}`)).toContain("it'\\''s");
  });
  test("Segment's browser SDK is told the protocol and the host apart", () => {
    const text = SNIPPETS.find((snippet) => snippet.id === "segment-browser")?.text(target) ?? "";
    expect(text).toContain('apiHost: "parlour.example:8443/v1"');
    expect(text).toContain('protocol: "https"');
  });
  test("Jitsu's key has two parts", () => {
    expect(SNIPPETS.find((snippet) => snippet.id === "jitsu")?.text(target)).toContain(`${target.key}:`);
  });
  test("a webhook's address bears any name", () => {
    expect(webhookAddress(target)).toBe("https://parlour.example:8443/in/the%20shop");
  });
});
