// Pairs of definitions, looked up from either end.
import type { PairAgreement } from "../../api/types";

export interface Comparable {
  /** Definitions that can be compared with any other, in their order. */
  ids: string[];
  rho: (a: string, b: string) => number | null;
  n: (a: string, b: string) => number;
}

export function comparable(all: string[], agreements: PairAgreement[]): Comparable {
  const found = new Map<string, PairAgreement>();
  const able = new Set<string>();
  for (const pair of agreements) {
    found.set(`${pair.a} ${pair.b}`, pair);
    if (pair.a !== pair.b && pair.rho !== null) {
      able.add(pair.a);
      able.add(pair.b);
    }
  }
  const pairOf = (a: string, b: string) => found.get(`${a} ${b}`) ?? found.get(`${b} ${a}`);
  return {
    ids: all.filter((id) => able.has(id)),
    rho: (a, b) => pairOf(a, b)?.rho ?? null,
    n: (a, b) => pairOf(a, b)?.n ?? 0,
  };
}
