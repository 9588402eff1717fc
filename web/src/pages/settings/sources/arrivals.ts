// What came from a source, in the order in which it came, each once however often the stream tells of it.
import type { Arrival } from "../../../api/types";
import { setOut } from "../../../payload";

/** Arrivals kept on the page, the newest. */
export const MAX_SHOWN = 200;

/** A server that was started anew counts from 0 again, so a number names an arrival only together with its time. */
export function arrivalKey(arrival: Arrival): string {
  return `${arrival.received_at} ${arrival.number}`;
}

function isBefore(a: Arrival, b: Arrival): boolean {
  const [at, bt] = [Date.parse(a.received_at), Date.parse(b.received_at)];
  return at === bt ? a.number < b.number : at < bt;
}

/** The arrivals with one more, oldest first; the same ones if it is known. */
export function withArrival(rows: Arrival[], arrival: Arrival): Arrival[] {
  let at = rows.length;
  for (let before = rows[at - 1]; before && isBefore(arrival, before); before = rows[at - 1]) at -= 1;
  const same = rows[at - 1];
  if (same && arrivalKey(same) === arrivalKey(arrival)) return rows;
  return [...rows.slice(0, at), arrival, ...rows.slice(at)].slice(-MAX_SHOWN);
}

/** The payload of an arrival; where none is kept, what was read from it. */
export function payload(arrival: Arrival): string {
  if (arrival.raw) return setOut(arrival.raw);
  const { at, subject, verb, object, layer } = arrival;
  return JSON.stringify({ subject, verb, object, layer, at }, null, 2);
}
