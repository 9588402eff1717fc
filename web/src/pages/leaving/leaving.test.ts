// Who is chosen, which kind is listed, what the list asks, and how long engagement lasts, in words.
import { describe, expect, it } from "vitest";
import type { LeavingKind, StillEngaged } from "../../api/types";
import { switched } from "./chosen";
import { chosenKind } from "./index";
import { leaversQuery } from "./leavers";
import { halfLifeWords } from "./still-engaged";

const rows = ["a", "b", "c", "d", "e"].map((key) => ({ key, row: key }));
const keys = (chosen: Map<string, string>) => [...chosen.keys()].sort().join("");

describe("switched", () => {
  it("switches one row on and off, and leaves others from other pages", () => {
    const other = new Map([["z", "z"]]);
    const on = switched(other, rows, { at: 1, from: null, isOn: true });
    expect(keys(on)).toBe("bz");
    expect(keys(switched(on, rows, { at: 1, from: null, isOn: false }))).toBe("z");
    expect(keys(other)).toBe("z");
  });
  it("takes every row between, in either direction", () => {
    expect(keys(switched(new Map(), rows, { at: 3, from: 1, isOn: true }))).toBe("bcd");
    expect(keys(switched(new Map(), rows, { at: 1, from: 3, isOn: true }))).toBe("bcd");
    const all = switched(new Map(), rows, { at: 4, from: 0, isOn: true });
    expect(keys(switched(all, rows, { at: 2, from: 1, isOn: false }))).toBe("ade");
  });
});

const kind = (stage: LeavingKind["stage"], n: number): LeavingKind => ({
  stage,
  n,
  current_minor: 0,
  potential_minor: 0,
  at_risk_minor: 0,
  list: `stage=${stage}&sort=at_risk&reasons=true`,
});

describe("chosenKind", () => {
  it("is the one asked for, else the first with anybody in it", () => {
    const kinds = [kind("disengaging_1", 0), kind("lapsed", 3), kind("defected", 1)];
    expect(chosenKind(kinds, null)?.stage).toBe("lapsed");
    expect(chosenKind(kinds, "defected")?.stage).toBe("defected");
    expect(chosenKind(kinds, "nonsense")?.stage).toBe("lapsed");
    expect(chosenKind([kind("lapsed", 0)], null)?.stage).toBe("lapsed");
    expect(chosenKind([], null)).toBeUndefined();
  });
});

describe("leaversQuery", () => {
  it("keeps the slice, and lets the address set the order", () => {
    const query = leaversQuery(kind("lapsed", 3), { layer: "web" }, new URLSearchParams("sort=due_day&order=asc&x=1"));
    expect(query).toEqual({ stage: "lapsed", sort: "due_day", order: "asc", reasons: "true", layer: "web" });
    expect(leaversQuery(kind("lapsed", 3), {}, new URLSearchParams())).toEqual({
      stage: "lapsed",
      sort: "at_risk",
      reasons: "true",
    });
  });
});

const still = (after_days: number, n_then: number, share: number | null): StillEngaged => ({
  after_days,
  n_then,
  share,
  n_still: Math.round(n_then * (share ?? 0)),
  since: "1998-01-01",
  list: "",
});

describe("halfLifeWords", () => {
  it("says the half-life in days, and in months where it is long", () => {
    expect(halfLifeWords(21.4, [])).toBe("Half of those who are engaged no longer are after about 21 days.");
    expect(halfLifeWords(140.8, [])).toBe(
      "Half of those who are engaged no longer are after about 141 days, 5 months.",
    );
  });
  it("says how far it is known where more than half stay", () => {
    expect(halfLifeWords(null, [still(7, 100, 0.9), still(365, 100, 0.62), still(365, 0, null)])).toContain(
      "After a year 62 % of those engaged still are",
    );
  });
  it("says so where nobody was engaged", () => {
    expect(halfLifeWords(null, [still(7, 0, null)])).toContain("Nobody was engaged long enough ago");
    expect(halfLifeWords(null, [])).toContain("Nobody was engaged long enough ago");
  });
});
