// The steps by which fewer and fewer still wait, as they are drawn.
import type { WaitStep } from "../../api/types";

type Step = Pick<WaitStep, "hours" | "waiting">;

/** Hours that are drawn at most: a few answers after months would press everything else to the left. */
const MAX_HOURS = 720;

/** The share that still waits after so many hours. */
export function waitingAt(steps: Step[], hours: number): number {
  return steps.findLast((step) => step.hours <= hours)?.waiting ?? 1;
}

/** How many hours there is room for, in whole days. */
export function hoursDrawn(curves: Step[][]): number {
  const ends = curves.map((steps) => steps.at(-1)?.hours ?? 0);
  return Math.min(MAX_HOURS, 24 * Math.ceil(Math.max(24, ...ends) / 24));
}

/** A line from all of them down to those who wait at the right edge. */
export function lineOf(steps: Step[], most: number): [number, number][] {
  const drawn = steps.filter(({ hours }) => hours <= most).map((step): [number, number] => [step.hours, step.waiting]);
  return [[0, 1], ...drawn, [most, waitingAt(steps, most)]];
}
