// A whole list of people, page by page, with how far it is and a way to stop.
import { useEffect, useRef, useState } from "react";
import { api } from "./client";
import type { People, PeopleQuery, PersonRow, Scope } from "./types";

/** The most rows the server gives at once. */
const ROWS_AT_ONCE = 500;

export async function wholeList(
  scope: Scope,
  query: PeopleQuery,
  { onPart, signal }: { onPart: (nRead: number, nTotal: number) => void; signal: AbortSignal },
): Promise<PersonRow[]> {
  const rows: PersonRow[] = [];
  let next: string | undefined;
  do {
    const page = await api.get<People>("/people", { ...scope, ...query, limit: ROWS_AT_ONCE, next }, signal);
    rows.push(...page.rows);
    onPart(rows.length, page.n_total);
    next = page.next ?? undefined;
  } while (next !== undefined);
  return rows;
}

export interface Reading {
  nRead: number;
  nTotal: number;
}

export function useWholeList() {
  const [reading, setReading] = useState<Reading | null>(null);
  const [error, setError] = useState<unknown>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const read = (scope: Scope, query: PeopleQuery, then: (rows: PersonRow[]) => void) => {
    const control = new AbortController();
    stop.current = control;
    setError(null);
    setReading({ nRead: 0, nTotal: 0 });
    wholeList(scope, query, { onPart: (nRead, nTotal) => setReading({ nRead, nTotal }), signal: control.signal })
      .then(then)
      .catch((failed: unknown) => control.signal.aborted || setError(failed))
      .finally(() => setReading(null));
  };
  return { reading, error, read, cancel: () => stop.current?.abort() };
}
