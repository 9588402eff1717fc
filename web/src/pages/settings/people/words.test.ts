import { expect, test } from "vitest";
import { brandsOf, handleOf } from "./words";

test("a handle is made of the first name", () => {
  expect(handleOf("Jürgen Müller")).toBe("jurgen");
  expect(handleOf("  Anna-Lena K.")).toBe("anna-lena");
  expect(handleOf("李")).toBe("");
  expect(handleOf("")).toBe("");
});

test("no brands are all brands", () => {
  expect(brandsOf(" \n, ")).toBeNull();
  expect(brandsOf("brand:a\n brand:b c , brand:d")).toEqual(["brand:a", "brand:b c", "brand:d"]);
});
