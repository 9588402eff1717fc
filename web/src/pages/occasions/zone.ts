// Times as clocks in a zone say them, and the instants they are.

/** An instant as a clock in a zone says it, such as `2026-05-01T18:00`. */
export function wallClock(instant: string, zone: string): string {
  const options = { dateStyle: "short", timeStyle: "short", timeZone: zone, hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat("sv-SE", options).format(new Date(instant)).replace(" ", "T");
}

/** The instant at which a clock in a zone says so. An hour that a change of the clock leaves out is the one after it. */
export function instantAt(clock: string, zone: string): string {
  const said = Date.parse(`${clock}:00Z`);
  if (Number.isNaN(said)) return clock;
  let at = said;
  // What the clock is ahead by is known only at the instant itself; twice is enough around a change.
  for (let n = 0; n < 2; n += 1) {
    const shown = Date.parse(`${wallClock(new Date(at).toISOString(), zone)}:00Z`);
    at += said - shown;
  }
  return new Date(at).toISOString();
}
