// What a list of sources amounts to, and what names are good.
import { describe, expect, test } from "vitest";
import type { Source } from "../../../api/types";
import { nameFlaw, sumOf } from "./words";

function source(of: Partial<Source>): Source {
  return {
    id: 1,
    name: "shop",
    kind: "sdk",
    brand: "brand:acme",
    layer: "web",
    events_per_second: null,
    mapping: null,
    public_key: null,
    broker: null,
    mailbox: null,
    has_secret: false,
    created_at: "2030-01-01T00:00:00Z",
    first_event_at: null,
    last_event_at: null,
    revoked_at: null,
    keys: [],
    n_accepted: 0,
    n_rejected: 0,
    rejected: [],
    ...of,
  };
}

describe("sumOf", () => {
  test("revoked ones may not send, but what they sent counts", () => {
    const heard = { first_event_at: "2030-01-01T00:00:00Z", n_accepted: 5, n_rejected: 2 };
    const rows = [source(heard), source({}), source({ ...heard, revoked_at: "2030-01-02T00:00:00Z" })];
    expect(sumOf(rows)).toEqual({ nActive: 2, nHeard: 1, nAccepted: 10, nRejected: 4 });
  });
});

describe("nameFlaw", () => {
  test("a name is there and not taken", () => {
    expect(nameFlaw("  ", [])).toMatch(/name/);
    expect(nameFlaw(" shop ", ["shop"])).toMatch(/already/);
    expect(nameFlaw("shop", ["web"])).toBeNull();
  });
});
