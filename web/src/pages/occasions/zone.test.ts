import { expect, test } from "vitest";
import { instantAt, wallClock } from "./zone";

test("a clock's time and its instant lead to each other", () => {
  expect(instantAt("2026-05-01T18:00", "Europe/Berlin")).toBe("2026-05-01T16:00:00.000Z");
  expect(instantAt("2026-12-01T18:00", "Europe/Berlin")).toBe("2026-12-01T17:00:00.000Z");
  expect(instantAt("2026-05-01T18:00", "America/New_York")).toBe("2026-05-01T22:00:00.000Z");
  expect(instantAt("2026-05-01T18:00", "Asia/Kolkata")).toBe("2026-05-01T12:30:00.000Z");
  for (const zone of ["Europe/Berlin", "Pacific/Auckland", "UTC"]) {
    for (const clock of ["2026-03-29T01:30", "2026-03-29T04:00", "2026-10-25T04:00", "2026-07-01T00:00"]) {
      expect(wallClock(instantAt(clock, zone), zone)).toBe(clock);
    }
  }
});
