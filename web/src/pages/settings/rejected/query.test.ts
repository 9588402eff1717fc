// The rejections' question in the address, and what is said of the answer.
import { describe, expect, test } from "vitest";
import { isFiltered, jsonFlaw, queryOf, replayedWords, sumsBy, totalOf } from "./query";

const counts = [
  { source: "shop", reason: "id_missing", n: 3 },
  { source: "app", reason: "id_missing", n: 1 },
  { source: "app", reason: "in_the_future", n: 4 },
];

describe("rejections", () => {
  test("only what is a filter is taken from the address", () => {
    const query = queryOf(new URLSearchParams("tab=rejected&source=shop&text=&object=x&from=2030-01-01"));
    expect(query).toEqual({ source: "shop", from: "2030-01-01" });
    expect(isFiltered(query)).toBe(true);
    expect(isFiltered({})).toBe(false);
  });
  test("sums are the most first", () => {
    expect(totalOf(counts)).toBe(8);
    expect(sumsBy(counts, "source")).toEqual([
      { name: "app", n: 5 },
      { name: "shop", n: 3 },
    ]);
    expect(sumsBy(counts, "reason")[0]).toEqual({ name: "id_missing", n: 4 });
  });
  test("what became of a replay is said in words", () => {
    expect(replayedWords({ n_replayed: 1, n_refused: 0 })).toBe("1 rejection was taken after all.");
    expect(replayedWords({ n_replayed: 2, n_refused: 1 })).toMatch(/2 rejections were taken.*1 still is not/);
  });
  test("JSON is told from what is none", () => {
    expect(jsonFlaw('{"a":1}')).toBeNull();
    expect(jsonFlaw('{"a":}')).toBeTruthy();
  });
});
