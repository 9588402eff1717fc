import { describe, expect, it } from "vitest";
import { automaticWords, bytesText, doubtWords, isShown, parted, picturesElsewhere } from "./mail-words";

describe("mail", () => {
  it("says who would learn of it that pictures are looked at", () => {
    expect(picturesElsewhere(1)).toBe("A picture lies on somebody else’s server, which would learn that you look.");
    expect(picturesElsewhere(3)).toContain("3 pictures lie on");
    expect(["image/png", "image/svg+xml", "text/html"].map(isShown)).toEqual([true, false, false]);
  });
  it("folds away what is quoted at the end, with the line that leads to it", () => {
    expect(parted("Which Monday?\n\nOn 22 Nov 2026, Eva wrote:\n> It left\n> on Monday.\n")).toEqual({
      said: "Which Monday?",
      quoted: "On 22 Nov 2026, Eva wrote:\n> It left\n> on Monday.",
    });
    expect(parted("Yes\n\nAm So., 22. Nov. 2026 um 13:30 schrieb Acme Help\n<help@acme.example>:\n\n> x").said).toBe(
      "Yes",
    );
  });
  it("leaves what is quoted in between, and what is no quotation", () => {
    const between = "> one?\nyes\n> two?\nno";
    expect(parted(between)).toEqual({ said: between, quoted: "" });
    expect(parted("Dear all:\n\nhello\n\n")).toEqual({ said: "Dear all:\n\nhello\n\n", quoted: "" });
    expect(parted("> all of it")).toEqual({ said: "", quoted: "> all of it" });
    expect(parted("")).toEqual({ said: "", quoted: "" });
  });
  it("says what looks wrong, also what it does not know", () => {
    expect(doubtWords({ code: "like_ours", detail: "acme.example" })).toContain("acme.example");
    expect(doubtWords({ code: "new", detail: "" })).toContain("new");
    expect(automaticWords("loop")).toContain("asks nothing");
    expect(automaticWords(null)).toBe("");
  });
  it("says bytes as people do", () => {
    expect([12, 34_400, 5_600_000].map(bytesText)).toEqual(["12 bytes", "34 kB", "5.6 MB"]);
  });
});
