// What a score is counted in must be told with it, and nothing must be told where there is none.
import { describe, expect, it } from "vitest";
import { comparable } from "./pages/definitions/pairs";
import { rhoText, scoreText, shade } from "./scores";

describe("scoreText", () => {
  it("tells the unit", () => {
    expect(scoreText(412, "days", "USD")).toBe("412 days");
    expect(scoreText(1, "visits", "USD")).toBe("1 visit");
    expect(scoreText(0.614, "share", "USD")).toBe("61 %");
    expect(scoreText(1.834, "times_gap", "USD")).toBe("1.83 × gap");
    expect(scoreText(145_000, "minor", "USD")).toBe("$1,450.00");
    expect(scoreText(-0.5, "deviations", "USD")).toBe("− 0.50 σ");
    expect(scoreText(48.26, "percent", "USD")).toBe("48 of 100");
  });
  it("tells nothing where there is nothing, and the bare number in a unit it does not know", () => {
    expect(scoreText(null, "days", "USD")).toBe("—");
    expect(scoreText(4.5678, "parsecs", "USD")).toBe("4.57");
  });
});

describe("rhoText", () => {
  it("has two digits, a sign below zero, and no negative zero", () => {
    expect([0.934, -0.121, -0.001, 1, null].map(rhoText)).toEqual(["0.93", "−0.12", "0.00", "1.00", "—"]);
  });
});

describe("shade", () => {
  it("grows with strength, by the sign's colour", () => {
    expect(shade(1)).toBe("color-mix(in srgb, var(--accent-fill) 40%, transparent)");
    expect(shade(-0.5)).toBe("color-mix(in srgb, var(--neg-deep) 20%, transparent)");
    expect(shade(null)).toBeUndefined();
  });
});

describe("comparable", () => {
  const pair = (a: string, b: string, rho: number | null) => ({ a, b, rho, n: 3 });
  it("leaves out definitions that agree with no other because they see no difference", () => {
    const pairs = [
      pair("x", "x", 1),
      pair("x", "y", 0.5),
      pair("y", "y", 1),
      pair("x", "z", null),
      pair("z", "z", null),
    ];
    const { ids, rho } = comparable(["x", "y", "z"], pairs);
    expect(ids).toEqual(["x", "y"]);
    expect([rho("x", "y"), rho("y", "x"), rho("x", "z")]).toEqual([0.5, 0.5, null]);
  });
});
