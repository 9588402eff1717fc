// Who an audience is, in words that hold on any day.
import { describe, expect, it } from "vitest";
import { predicateWords } from "./index";

describe("predicateWords", () => {
  it("names everybody, filters, and what is compared with a month before", () => {
    expect(predicateWords("")).toBe("everybody");
    expect(predicateWords("stage=lapsed&customer=true")).toBe("customers in the stage “lapsed”");
    expect(predicateWords("customer=true")).toBe("customers");
    expect(predicateWords("flow=disengaged")).toBe("people who were engaged a month before and are not today");
    expect(predicateWords("from=newcomer&to=A1")).toBe(
      "people who were new after that day of the month before and are A1 today",
    );
    expect(predicateWords("from=A1&to=gone")).toBe("people who were A1 a month before and are gone today");
  });
});
