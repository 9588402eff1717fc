// A link to a list takes the slice along and never overrules the list's own words; an audience keeps what it can.
import { describe, expect, it } from "vitest";
import { predicateOf } from "./people-query";
import { sliced, sliceOf } from "./slice";

describe("slices", () => {
  it("are read from the address, of the names a page knows", () => {
    const params = new URLSearchParams("layer=web&acquired=1997-02&audience=3&sort=value");
    expect(sliceOf(params)).toEqual({ layer: "web", acquired: "1997-02", audience: "3" });
    expect(sliceOf(params, ["layer", "audience"])).toEqual({ layer: "web", audience: "3" });
  });
  it("go along with a list, whose own words win", () => {
    expect(sliced("stage=lapsed", { layer: "web", audience: "3" })).toBe("stage=lapsed&layer=web&audience=3");
    expect(sliced("acquired=1997-01", { acquired: "1997-02" })).toBe("acquired=1997-01");
    expect(sliced("stage=lapsed", {})).toBe("stage=lapsed");
  });
});

describe("predicateOf", () => {
  it("keeps the filters and leaves order and reasons", () => {
    expect(predicateOf({ stage: "lapsed", sort: "at_risk", order: "asc", reasons: "true" })).toEqual({
      predicate: "stage=lapsed",
      misplaced: [],
    });
  });
  it("names what has no place in an audience", () => {
    expect(predicateOf({ stage: "lapsed", layer: "web", audience: "3" }).misplaced).toEqual(["audience"]);
  });
});
