// The small arithmetic of drawing: lines, hatching, pace, and which columns are numbers.
import { describe, expect, it } from "vitest";
import type { EngagedRow, Job } from "../api/types";
import { insertAt } from "../pages/explore/editor";
import { numberColumns } from "../pages/explore/result";
import { extraWords } from "../pages/person/timeline";
import { placeWithin } from "../pages/sign_in";
import { hatched } from "../pages/today/charts";
import { folded } from "./amount";
import { pace } from "./job";
import { isMatch } from "./palette";
import { sparkPoints } from "./spark";

const month = (acquired: number, disengaged: number, defected: number): EngagedRow => ({
  period: "1997-02",
  start: "1997-02-01",
  end: "1997-02-28",
  before: 0,
  after: 0,
  acquired,
  reactivated: 0,
  disengaged,
  defected,
  masked_share: null,
});

describe("hatched", () => {
  it("is never more than came, nor more than was lost", () => {
    expect(hatched(month(10, 30, 5))).toBe(10);
    expect(hatched(month(100, 30, 5))).toBe(35);
    expect(hatched(month(0, 30, 5))).toBe(0);
  });
});

describe("sparkPoints", () => {
  it("runs from left to right and keeps the highest at the top", () => {
    expect(sparkPoints([0, 10, 5], 100, 26)).toBe("0.0,24.0 50.0,2.0 100.0,13.0");
  });
  it("draws a flat line for nothing, and no line for one point", () => {
    expect(sparkPoints([0, 0], 100, 26)).toBe("0.0,24.0 100.0,24.0");
    expect(sparkPoints([3], 100, 26)).toBe("");
  });
});

describe("pace", () => {
  const job: Job = {
    id: 1,
    kind: "import",
    name: "Import",
    state: "running",
    position: 1000,
    total: 3000,
    n_done: 1000,
    n_rejected: 0,
    message: null,
    started_at: "2025-01-01T00:00:00Z",
    updated_at: "2025-01-01T00:00:10Z",
  };
  it("says how fast and how long yet", () => {
    expect(pace(job)).toBe("100 per second, about 20 s left");
  });
  it("says nothing once it stands", () => {
    expect(pace({ ...job, state: "done" })).toBeNull();
    expect(pace({ ...job, n_done: 0 })).toBeNull();
  });
});

describe("isMatch", () => {
  it("wants every word", () => {
    expect(isMatch("Dark colours", "col dark")).toBe(true);
    expect(isMatch("Dark colours", "light")).toBe(false);
  });
});

describe("insertAt", () => {
  it("keeps words apart and puts the caret behind", () => {
    expect(insertAt("select", 6, 6, "day")).toEqual({ sql: "select day", caret: 10 });
    expect(insertAt("select count(", 13, 13, "n")).toEqual({ sql: "select count(n", caret: 14 });
    expect(insertAt("a b", 2, 3, "c")).toEqual({ sql: "a c", caret: 3 });
  });
});

describe("numberColumns", () => {
  it("takes only columns of numbers", () => {
    const rows = [
      ["a", 1, null],
      ["b", null, null],
    ];
    expect(numberColumns({ columns: ["s", "n", "void"], rows, is_cut: false, ms: 1 })).toEqual([1]);
  });
});

describe("placeWithin", () => {
  it("never leads away from this Desk", () => {
    expect(placeWithin("/people?flow=stayed")).toBe("/people?flow=stayed");
    for (const bad of ["//evil.example", "/\\evil.example", "https://evil.example", "/sign-in?then=/", null]) {
      expect(placeWithin(bad)).toBe("/");
    }
  });
});

describe("extraWords", () => {
  it("puts flat things in words and is silent of deep ones", () => {
    expect(extraWords('{"quantity":3,"gift_wrap":true}')).toBe("quantity 3, gift wrap true");
    expect(extraWords('{"items":[1]}')).toBe("");
    expect(extraWords("not json")).toBe("not json");
  });
});

describe("folded", () => {
  const parts = [50, 30, 15, -5, 10].map((amount) => ({ label: "", detail: "", amount, day: null }));
  it("adds up to the same", () => {
    const lines = folded(parts, 2);
    expect(lines.map((line) => line.amount)).toEqual([50, 30, 20]);
    expect(lines.at(-1)?.label).toBe("3 smaller ones");
  });
  it("hides no single line", () => {
    expect(folded(parts, 4)).toEqual(parts);
  });
});
