// What is drawn of a curve is what was true then, also where it goes on beyond the edge.
import { expect, test } from "vitest";
import { hoursDrawn, lineOf, waitingAt } from "./steps";

const steps = [
  { hours: 2, waiting: 0.8 },
  { hours: 30, waiting: 0.5 },
  { hours: 4_000, waiting: 0.1 },
];

test("between two steps as many wait as after the first of them", () => {
  expect([0, 2, 29, 30, 9_000].map((hours) => waitingAt(steps, hours))).toEqual([1, 0.8, 0.8, 0.5, 0.1]);
});

test("what comes beyond the edge does not pull the line down at it", () => {
  const most = hoursDrawn([steps, []]);
  expect(most).toBe(720);
  expect(lineOf(steps, most)).toEqual([
    [0, 1],
    [2, 0.8],
    [30, 0.5],
    [720, 0.5],
  ]);
  expect(hoursDrawn([steps.slice(0, 2)])).toBe(48);
  expect(hoursDrawn([[]])).toBe(24);
});
