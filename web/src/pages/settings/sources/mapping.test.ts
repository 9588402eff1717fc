// A mapping survives being edited field by field, and what cannot be edited so is left alone.
import { describe, expect, test } from "vitest";
import { draftOf, EMPTY_DRAFT, mappingOf, missing, newSecret, readable } from "./mapping";

describe("mappings", () => {
  test("nothing is an empty draft that lacks what is needed", () => {
    expect(draftOf(null)).toEqual(EMPTY_DRAFT);
    expect(missing(EMPTY_DRAFT)).toEqual(["subject", "verb"]);
  });
  test("fields and further ids go there and back", () => {
    const kept = mappingOf({
      fields: { subject: "body.who", verb: "'bought'", text: "  ", subject_kind: "customer" },
      also: "email: body.mail\nhandle: '@' + body.nick\n: nothing\nalone",
    });
    expect(JSON.parse(kept)).toEqual({
      subject: "body.who",
      subject_kind: "customer",
      verb: "'bought'",
      also: { email: "body.mail", handle: "'@' + body.nick" },
    });
    const draft = draftOf(kept);
    expect(draft && mappingOf(draft)).toBe(kept);
    expect(draft && missing(draft)).toEqual([]);
  });
  test("an expression may hold colons", () => {
    expect(JSON.parse(mappingOf({ fields: {}, also: "email: body.a ? body.b : body.c" }))).toEqual({
      also: { email: "body.a ? body.b : body.c" },
    });
  });
  test.each(["[]", "3", "{", '{"subject": 1}', '{"also": 3}'])("%s is edited as text", (text) => {
    expect(draftOf(text)).toBeNull();
  });
  test("an event is told with its time and without what says nothing", () => {
    const event = {
      at: 1_893_456_000_000_000,
      verb: "bought",
      text: null,
      seconds: 0,
      paid: false,
      also: [],
      extra: "{}",
    };
    expect(readable(event)).toEqual({ at: "2030-01-01T00:00:00.000Z", verb: "bought" });
  });
  test("secrets are 32 bytes, and no two alike", () => {
    const secret = newSecret();
    expect(atob(secret.slice("whsec_".length))).toHaveLength(32);
    expect(newSecret()).not.toBe(secret);
  });
});
