// What is hatched never exceeds what came new nor what went; amounts are read in their unit.
import { describe, expect, it } from "vitest";
import type { Account, Change } from "../../api/types";
import { amountText, cutsOf, occurring } from "./amounts";
import { chosenPeriod } from "./latest";

function account(amounts: Partial<Record<Change, number>>, period = "1997-02"): Account {
  return {
    period,
    start: "1997-02-01",
    end: "1997-02-28",
    before: 0,
    after: 0,
    n_before: 0,
    before_list: "",
    after_list: "",
    n_after: 0,
    moves: Object.entries(amounts).map(([change, amount]) => ({
      change: change as Change,
      n: amount,
      amount,
      list: "",
    })),
    quick_ratio: null,
    quick_without_new: null,
    is_masked: false,
    dependency: null,
    gross_retention: null,
  };
}

describe("cutsOf", () => {
  it("hatches no more than came new, beginning with those who went", () => {
    expect(cutsOf(account({ new: 10, gone: 7, shrank: 8, turned: 1 }))).toEqual([
      { change: "gone", hidden: 7, open: 0 },
      { change: "shrank", hidden: 3, open: 5 },
      { change: "turned", hidden: 0, open: 1 },
    ]);
  });
  it("hatches no more than went, and nothing without newcomers", () => {
    expect(cutsOf(account({ new: 100, gone: 7 }))[0]).toEqual({ change: "gone", hidden: 7, open: 0 });
    expect(cutsOf(account({ gone: 7 }))[0]).toEqual({ change: "gone", hidden: 0, open: 7 });
    expect(cutsOf(account({ new: -3, gone: 7 }))[0]).toEqual({ change: "gone", hidden: 0, open: 7 });
  });
});

describe("amountText", () => {
  it("reads people, degree and money", () => {
    expect(amountText(8476, { unit: "people", currency: "USD" })).toBe("8,476");
    expect(amountText(7091379, { unit: "degree_milli", currency: "USD" })).toBe("7,091 ×");
    expect(amountText(1520, { unit: "degree_milli", currency: "USD" })).toBe("1.5 ×");
    expect(amountText(4381383, { unit: "minor", currency: "USD" })).toBe("$43,814");
    expect(amountText(1200, { unit: "minor", currency: "JPY" })).toBe("¥1,200");
  });
});

describe("occurring and chosenPeriod", () => {
  const rows = [account({ new: 1, gone: 0 }, "1997-01"), account({ gone: 2 }, "1997-02")];
  it("leaves out ways in which nobody moved", () => {
    expect(occurring(rows, ["new", "returned", "grew"])).toEqual(["new"]);
    expect(occurring(rows, ["gone", "shrank"])).toEqual(["gone"]);
  });
  it("is the latest period unless another is asked for", () => {
    expect(chosenPeriod(rows, null)?.period).toBe("1997-02");
    expect(chosenPeriod(rows, "1997-01")?.period).toBe("1997-01");
    expect(chosenPeriod(rows, "2030-01")?.period).toBe("1997-02");
    expect(chosenPeriod([], null)).toBeUndefined();
  });
});
