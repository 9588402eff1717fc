// The pieces of an arithmetic, for those who look at somebody and for those who are looked at: the same words for both.
import type { Contribution } from "../api/types";
import { count, counted, dayText, exactPoints, money } from "../format";

const MINOR = "minor units of ";

/** The unit, in words for people. */
export function unitWords(unit: string): string {
  if (unit === "micropoints") return "points";
  return unit.startsWith(MINOR) ? unit.slice(MINOR.length) : unit;
}

/** An amount in its unit, exact: micropoints as points to the last digit, minor units as money. */
export function Amount({ amount, unit }: { amount: number; unit: string }) {
  if (unit === "micropoints") {
    const [read, rest] = exactPoints(amount);
    return (
      <>
        {read}
        <span className="fine">{rest}</span>
      </>
    );
  }
  return unit.startsWith(MINOR) ? money(amount, unit.slice(MINOR.length)) : count(amount);
}

/** The first lines and the sum of the others as one more, so that what is shown always adds up to the total. */
export function folded(contributions: Contribution[], n: number): Contribution[] {
  if (contributions.length <= n + 1) return contributions;
  const others = contributions.slice(n);
  const amount = others.reduce((sum, part) => sum + part.amount, 0);
  return [
    ...contributions.slice(0, n),
    { label: counted(others.length, "smaller one", "smaller ones"), detail: "together", amount, day: null },
  ];
}

/** How the amount comes about; with its day where the label does not say it. */
export function dated(part: Contribution): string {
  const day = part.day ? dayText(part.day) : "";
  return [part.label.includes(day) ? "" : day, part.detail].filter(Boolean).join(" · ");
}
