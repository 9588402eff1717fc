// What is said of hooks and deliveries.
import { describe, expect, test } from "vitest";
import type { Delivery, Hook } from "../../../api/types";
import { headline, kindsText, outcome, tells } from "./words";

const hook: Hook = {
  id: 1,
  url: "https://x.example",
  kinds: [],
  created_at: "",
  disabled_at: null,
  disabled_why: null,
};
const delivery: Delivery = {
  id: 1,
  message: "msg_1",
  kind: "alert.wire",
  alert: 1,
  hook: 1,
  mail: null,
  inbox: null,
  state: "waiting",
  attempts: 0,
  next_at: "2026-11-22T00:00:00Z",
  last_status: null,
  last_error: null,
  made_at: "2026-11-22T00:00:00Z",
  answered_at: null,
  body: "{}",
};

describe("deliveries", () => {
  test("who is told is said in a sentence", () => {
    expect(headline([], [])).toBe("Alerts are shown here and sent nowhere.");
    expect(headline([hook, { ...hook, disabled_at: "x" }], ["a@x.example"])).toBe(
      "Alerts are posted to 1 address and mailed once a day to a@x.example.",
    );
  });
  test("an address for answers alone is told of no alert", () => {
    expect(headline([{ ...hook, kinds: ["reply"] }], [])).toBe("Alerts are shown here and sent nowhere.");
    expect(headline([{ ...hook, kinds: ["reply", "wire"] }], [])).toBe("Alerts are posted to 1 address.");
  });
  test("kinds and outcomes are said in words", () => {
    expect(kindsText(hook)).toBe("all alerts");
    expect(kindsText({ ...hook, kinds: ["wire", "masked"] })).toBe("overdue, hidden loss");
    expect(kindsText({ ...hook, kinds: ["reply"] })).toBe("answers");
    expect(tells({ ...delivery, kind: "reply", alert: null })).toBe("an answer");
    expect([tells(delivery), tells({ ...delivery, kind: "test" })]).toEqual(["overdue", "a test"]);
    expect(outcome(delivery)).toBe("about to be sent");
    expect(outcome({ ...delivery, attempts: 2, last_error: "answered 503" })).toBe(
      "not taken yet after 2 attempts: answered 503",
    );
    expect(outcome({ ...delivery, state: "done", attempts: 1, last_status: 204 })).toBe("delivered, answered 204");
    expect(outcome({ ...delivery, state: "failed", attempts: 1, last_error: "gone" })).toBe("given up: gone");
  });
});
