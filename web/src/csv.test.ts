// What leaves as CSV must come back as the same values, and must never run in a spreadsheet.
import { describe, expect, it } from "vitest";
import { csvName, csvText } from "./csv";

describe("csvText", () => {
  it("quotes what needs quotes", () => {
    expect(
      csvText(
        ["a", "b"],
        [
          ["x,y", 'say "no"'],
          ["two\nlines", null],
        ],
      ),
    ).toBe('a,b\r\n"x,y","say ""no"""\r\n"two\nlines",\r\n');
  });
  it("defuses text that begins like a formula", () => {
    for (const start of ["=", "+", "-", "@", "\t"]) {
      expect(csvText(["h"], [[`${start}cmd|' /C calc'!A0`]])).toContain(`'${start}cmd`);
    }
    expect(csvText(["h"], [["\rcmd"]])).toBe('h\r\n"\'\rcmd"\r\n');
  });
  it("defuses heads too", () => {
    expect(csvText(["=1+1"], [])).toBe("'=1+1\r\n");
  });
  it("leaves numbers numbers, negative ones too", () => {
    expect(csvText(["n"], [[-7], [1.5]])).toBe("n\r\n-7\r\n1.5\r\n");
  });
});

describe("csvName", () => {
  it("makes a file name of words", () => {
    expect(csvName("People who became engaged, and people who stopped")).toBe(
      "parlour-people-who-became-engaged-and-people-who-stopped.csv",
    );
    expect(csvName("—")).toBe("parlour-table.csv");
  });
});
