// How a cohort's cells are shaded and read, and what a short past cannot say.
import { describe, expect, it } from "vitest";
import type { Cohort } from "../../api/types";
import { cellText, highest, shadeOf } from "./cells";
import { windowNote } from "./survivors";

const cell = (value: number, share: number | null) => ({ period: "1997-02", value, share, list: null });
const cohort = (...cells: Cohort["cells"]): Cohort => ({
  period: "1997-01",
  start: "1997-01-01",
  n: 10,
  list: "",
  cells,
});

describe("shades", () => {
  const rows = [cohort(cell(10, 1), cell(2, 0.2), cell(1, 0.1)), cohort(cell(10, 1), cell(1, 0.1))];
  it("are measured by the highest cell after the first", () => {
    expect(highest(rows, "active")).toBe(0.2);
    expect(highest(rows, "value")).toBe(2);
    expect(highest([], "active")).toBe(0);
  });
  it("grow with the share and stop where a number would not be legible", () => {
    expect(shadeOf(cell(2, 0.2), "active", 0.2)).toBe(46);
    expect(shadeOf(cell(10, 1), "active", 0.2)).toBe(46);
    expect(shadeOf(cell(1, 0.1), "active", 0.2)).toBe(23);
    expect(shadeOf(cell(-5, null), "value", 2)).toBe(0);
    expect(shadeOf(cell(1, 0.1), "active", 0)).toBe(0);
  });
});

describe("cellText", () => {
  it("is a share, an amount, or nothing", () => {
    expect(cellText(cell(2, 0.2), { counted: "active", currency: "USD" })).toBe("20 %");
    expect(cellText(cell(250000, null), { counted: "value", currency: "USD" })).toBe("$2,500");
    expect(cellText(cell(0, null), { counted: "active", currency: "USD" })).toBe("—");
  });
});

describe("windowNote", () => {
  it("warns of windows longer than the past", () => {
    expect(windowNote("1997-01-01", "1998-06-30")).toBe(
      "Activity is known for less than 24 months, so the windows of 24 and 36 cannot yet lose anybody.",
    );
    expect(windowNote("1995-08-01", "1998-06-30")).toBe(
      "Activity is known for less than 36 months, so the window of 36 cannot yet lose anybody.",
    );
    expect(windowNote("1990-01-01", "1998-06-30")).toBeNull();
    expect(windowNote(null, "1998-06-30")).toBeNull();
  });
});
