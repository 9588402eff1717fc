// Payloads as people read them.

/** What was sent, set out to be read: JSON with its fields one below the other; what is cut off or is no JSON as it came. */
export function setOut(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2);
  } catch {
    return raw;
  }
}
