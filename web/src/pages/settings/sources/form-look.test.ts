// A form's looks are kept as they were edited, and its lines have host and key in them.
import { expect, test } from "vitest";
import { lookOf, mappingOf, signingLine, widgetLine } from "./form-look";

test("what is kept is read again", () => {
  const look = {
    ...lookOf(null),
    title: " Talk ",
    sites: "https://a.example/\n\n https://b.example ",
    color: "#AABBCC",
  };
  const kept = mappingOf(look);
  expect(JSON.parse(kept)).toEqual({
    title: "Talk",
    greeting: "",
    color: "#aabbcc",
    sites: ["https://a.example", "https://b.example"],
    per_minute: 60,
    honeypot: true,
  });
  expect(mappingOf(lookOf(kept))).toBe(kept);
});

test("the lines have what they need", () => {
  const line = widgetLine("https://p.example", "pk_1");
  expect(line).toBe('<script src="https://p.example/widget.js" data-key="pk_1" async></script>');
  expect(signingLine("https://p.example", "pk_1")).toContain("data-signature");
});
