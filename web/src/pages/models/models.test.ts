// What the page of models says must be what the numbers say.
import { describe, expect, it } from "vitest";
import type { Factor, Models, Scores } from "../../api/types";
import { linesOf as cellLines } from "./cells";
import { baselineTitle, linesOf, signedPercent } from "./comparison";
import { setUpWords } from "./index";

const scores: Scores = { sum: 10, bias: -0.1, mae: 1, rmse: 2, auc: 0.7, top_share: 0.4, deciles: [] };
const model = (name: string) => ({
  name,
  title: name.toUpperCase(),
  parameters: [],
  log_likelihood: -1,
  not_identified: null,
  seconds: 0.1,
  plain: scores,
  corrected: scores,
  by_cell: null,
  factor: 0.9,
  cells: [],
});

describe("the comparison", () => {
  it("shows corrections of the chosen one alone", () => {
    const data = { models: [model("a"), model("b")], baselines: [{ name: "recency", scores }], chosen: "b" };
    const lines = linesOf(data as unknown as Models);
    expect(lines.map((line) => line.title)).toEqual([
      "A",
      "B",
      "corrected by what it said wrong before",
      "Who came last comes first",
    ]);
    expect(lines.map((line) => line.isChosen)).toEqual([false, true, false, false]);
  });
  it("speaks of baselines and of shares in plain words", () => {
    expect(baselineTitle("inactive_60_days")).toBe("Gone after 60 days of silence");
    expect([signedPercent(-0.117), signedPercent(0.557), signedPercent(0.001)]).toEqual(["−12 %", "+56 %", "0 %"]);
  });
  it("says who was seen and what was not", () => {
    const data = {
      n_people: 2357,
      n_actual: 1882,
      active_share: 0.29,
      split: "1997-09-30",
      end: "1998-06-30",
      basis: "purchases",
    };
    const words = setUpWords(data as unknown as Models);
    expect(words).toContain("2,357 people who had bought by 30 September 1997");
    expect(words).toContain("1,882 days of purchase");
    expect(words).toContain("29 %");
  });
});

describe("the cells", () => {
  it("come in lines of the same frequency", () => {
    const cell = (from: number, to: number | null, silent: number): Factor => ({
      repeats_from: from,
      repeats_to: to,
      silent_from: silent,
      silent_to: silent + 0.25,
      factor: 1,
    });
    const lines = cellLines([cell(0, 0, 0), cell(0, 0, 0.25), cell(4, null, 0)]);
    expect(lines.map((line) => [line.from, line.to, line.factors.length])).toEqual([
      [0, 0, 2],
      [4, null, 1],
    ]);
  });
});
