// The tail keeps its order and tells each arrival once, also when the stream begins again.
import { describe, expect, test } from "vitest";
import type { Arrival } from "../../../api/types";
import { MAX_SHOWN, payload, withArrival } from "./arrivals";

function arrival(number: number, second = number, raw: string | null = null): Arrival {
  return {
    number,
    received_at: `2030-01-01T00:00:${String(second).padStart(2, "0")}Z`,
    is_accepted: true,
    at: "2030-01-01T00:00:00Z",
    subject: "user:42",
    verb: "viewed",
    object: "brand:acme",
    layer: "web",
    reason: null,
    message: null,
    raw,
  };
}

const all = (rows: Arrival[]) => rows.reduce(withArrival, [] as Arrival[]);

describe("withArrival", () => {
  test("a repeat changes nothing", () => {
    const rows = all([arrival(0), arrival(1)]);
    expect(withArrival(rows, arrival(1))).toBe(rows);
    expect(withArrival(rows, arrival(0))).toBe(rows);
  });
  test("what comes late finds its place", () => {
    expect(all([arrival(0), arrival(2), arrival(1)]).map((row) => row.number)).toEqual([0, 1, 2]);
  });
  test("a server that counts anew is told from the one before", () => {
    expect(all([arrival(0, 1), arrival(1, 1), arrival(0, 5)]).map((row) => row.number)).toEqual([0, 1, 0]);
  });
  test("only the newest are kept", () => {
    const rows = all(Array.from({ length: MAX_SHOWN + 5 }, (_, n) => arrival(n, 1)));
    expect(rows).toHaveLength(MAX_SHOWN);
    expect(rows.at(-1)?.number).toBe(MAX_SHOWN + 4);
  });
});

describe("payload", () => {
  test("JSON is set out", () => {
    expect(payload(arrival(0, 0, '{"a":1}'))).toBe('{\n  "a": 1\n}');
  });
  test("what is cut off stays as it came", () => {
    expect(payload(arrival(0, 0, '{"a":1,"b'))).toBe('{"a":1,"b');
  });
  test("without a payload it is what was read", () => {
    expect(JSON.parse(payload(arrival(0)))).toMatchObject({ subject: "user:42", verb: "viewed", object: "brand:acme" });
  });
});
