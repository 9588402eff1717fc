// A mapping survives being edited field by field, and what cannot be edited so is left alone.
import { describe, expect, test } from "vitest";
import {
  BROKER_SHAPE,
  draftOf,
  EMPTY_DRAFT,
  mappingOf,
  missing,
  newSecret,
  readable,
  topicOf,
  WEBHOOK_SHAPE,
} from "./mapping";

describe("mappings", () => {
  test("nothing is an empty draft that lacks what is needed", () => {
    expect(draftOf(null)).toEqual(EMPTY_DRAFT);
    expect(missing(EMPTY_DRAFT, WEBHOOK_SHAPE)).toEqual(["subject", "verb"]);
    expect(missing(EMPTY_DRAFT, BROKER_SHAPE)).toEqual(["broker", "topic", "subject", "verb"]);
  });
  test("fields and further ids go there and back", () => {
    const written = {
      fields: { subject: "body.who", verb: "'bought'", text: "  ", subject_kind: "customer" },
      also: "email: body.mail\nhandle: '@' + body.nick\n: nothing\nalone",
    };
    const kept = mappingOf(written, WEBHOOK_SHAPE);
    expect(JSON.parse(kept)).toEqual({
      subject: "body.who",
      subject_kind: "customer",
      verb: "'bought'",
      also: { email: "body.mail", handle: "'@' + body.nick" },
    });
    const draft = draftOf(kept);
    expect(draft && mappingOf(draft, WEBHOOK_SHAPE)).toBe(kept);
    expect(draft && missing(draft, WEBHOOK_SHAPE)).toEqual([]);
  });
  test("an expression may hold colons", () => {
    const kept = mappingOf({ fields: {}, also: "email: body.a ? body.b : body.c" }, WEBHOOK_SHAPE);
    expect(JSON.parse(kept)).toEqual({ also: { email: "body.a ? body.b : body.c" } });
  });
  test("a broker keeps its address, topics and certificate", () => {
    const kept = {
      broker: "mqtts://ann@host",
      topic: "shop/+/sold",
      ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
      subject: "levels[1]",
      verb: "'bought'",
    };
    const draft = draftOf(JSON.stringify(kept)) ?? EMPTY_DRAFT;
    expect(missing(draft, BROKER_SHAPE)).toEqual([]);
    expect(JSON.parse(mappingOf(draft, BROKER_SHAPE))).toEqual(kept);
  });
  test.each([
    ["shop/+/sold", "shop/ann/sold"],
    ["#", "ann/1"],
    ["a/+/#", "a/ann/ann/1"],
    ["plain", "plain"],
  ])("%s takes %s", (pattern, topic) => {
    expect(topicOf(pattern)).toBe(topic);
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
