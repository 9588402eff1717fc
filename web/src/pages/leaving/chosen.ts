// Which rows of a list are chosen: one by one, a range with Shift, or all of the page; across pages.
import { useCallback, useRef, useState } from "react";

/** What is chosen once the row at `at` is switched: with `from`, every row between the two as well. */
export function switched<Row>(
  chosen: ReadonlyMap<string, Row>,
  rows: { key: string; row: Row }[],
  { at, from, isOn }: { at: number; from: number | null; isOn: boolean },
): Map<string, Row> {
  const next = new Map(chosen);
  const [first, last] = from === null ? [at, at] : [Math.min(at, from), Math.max(at, from)];
  for (const { key, row } of rows.slice(first, last + 1)) {
    if (isOn) next.set(key, row);
    else next.delete(key);
  }
  return next;
}

export function useChosen<Row>(rows: { key: string; row: Row }[]) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, Row>>(new Map());
  const last = useRef<number | null>(null);
  const toggle = (at: number, isOn: boolean, isRange: boolean) => {
    const from = isRange ? last.current : null;
    last.current = at;
    setChosen((old) => switched(old, rows, { at, from, isOn }));
  };
  const toggleAll = (isOn: boolean) => {
    last.current = null;
    setChosen((old) => switched(old, rows, { at: rows.length - 1, from: 0, isOn }));
  };
  const clear = useCallback(() => {
    last.current = null;
    setChosen(new Map());
  }, []);
  const nHere = rows.filter(({ key }) => chosen.has(key)).length;
  return { chosen, nHere, toggle, toggleAll, clear };
}
