// Amounts of an account as people read them, and how a period's bars are cut: what newcomers hide of what went.
import type { Account, AmountUnit, Change, Move } from "../../api/types";
import { count, decimal, roundMoney } from "../../format";

export const UP: Change[] = ["returned", "grew", "new"];
export const DOWN: Change[] = ["gone", "shrank", "turned"];

/** The colour of each change, as the page names it. */
export const CHANGE_FILL = {
  new: "pos-fill",
  returned: "pos-deep",
  grew: "accent-fill",
  stayed: "edge",
  shrank: "apa-fill",
  turned: "neg-deep",
  gone: "neg-fill",
} as const satisfies Record<Change, string>;

export interface Unit {
  unit: AmountUnit;
  currency: string;
}

/** An amount in its unit: people, money, or degree as so many times the mean. */
export function amountText(amount: number, { unit, currency }: Unit): string {
  if (unit === "minor") return roundMoney(amount, currency);
  if (unit === "degree_milli") {
    const degree = amount / 1000;
    return `${Math.abs(degree) < 100 ? decimal(Math.round(degree * 10) / 10) : count(degree)} ×`;
  }
  return count(amount);
}

export function amountOf(account: Account, change: Change): number {
  return account.moves.find((move) => move.change === change)?.amount ?? 0;
}

export interface Cut {
  change: Change;
  /** Of what went this way, the part that newcomers make up for. */
  hidden: number;
  open: number;
}

/** What went, each way cut into the part that newcomers hide and the rest; never more than came new. */
export function cutsOf(account: Account): Cut[] {
  let left = Math.max(0, amountOf(account, "new"));
  return DOWN.map((change) => {
    const amount = Math.max(0, amountOf(account, change));
    const hidden = Math.min(left, amount);
    left -= hidden;
    return { change, hidden, open: amount - hidden };
  });
}

/** The ways that occur in any of the periods; a base of people has no growing and shrinking. */
export function occurring(rows: Account[], changes: Change[]): Change[] {
  return changes.filter((change) => rows.some((row) => row.moves.some((move) => move.change === change && move.n > 0)));
}

export function hasAnybody(rows: Account[]): boolean {
  return rows.some((row) => row.n_before > 0 || row.n_after > 0);
}

/** What an account begins or ends with, as people and amount, with the list of them. */
export function sideOf(row: Account, side: "before" | "after"): Pick<Move, "n" | "amount" | "list"> {
  return side === "before"
    ? { n: row.n_before, amount: row.before, list: row.before_list }
    : { n: row.n_after, amount: row.after, list: row.after_list };
}
