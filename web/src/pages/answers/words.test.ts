import { describe, expect, test } from "vitest";
import type { BrandReciprocity, ResponseGroup, SustainEffect } from "../../api/types";
import { headline, inanimateText, sustainText } from "./words";

const group = (changes: Partial<ResponseGroup>) =>
  ({ n: 10, n_answered: 4, rate: 0.4, median_hours: null, ...changes }) as ResponseGroup;
const effect = (low: number, high: number) => ({ difference: (low + high) / 2, low, high }) as SustainEffect;

describe("answers", () => {
  test("those who wait are in the sentence", () => {
    expect(headline(group({}))).toContain("still wait");
    expect(headline(group({ median_hours: 5, rate: 0.9 }))).toContain("within 5 hours");
    expect(headline(group({ n_answered: 0 }))).toContain("not one");
    expect(headline(group({ n: 0 }))).toContain("Nobody");
  });
  test("an effect that may be none is not claimed", () => {
    expect(sustainText(effect(-1, 2))).toContain("cannot be told");
    expect(sustainText(effect(1, 2))).toContain("1.5 points more");
    expect(sustainText(effect(-2, -1))).toContain("less");
  });
  test("the inanimate are named", () => {
    const row = (object: string, is_inanimate: boolean) => ({ object, is_inanimate }) as BrandReciprocity;
    expect(inanimateText([row("brand:a", true), row("brand:b", false)])).toBe(
      "brand:a does nothing toward anybody: inanimate.",
    );
    expect(inanimateText([row("brand:b", false)])).toContain("Every brand");
  });
});
