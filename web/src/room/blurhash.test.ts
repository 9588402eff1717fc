import { expect, test } from "vitest";
import { decode } from "./blurhash";

test("a hash becomes the colours it was made of", () => {
  // One component: the mean colour everywhere (number 0x804020 in base 83, after size and greatest part).
  const flat = decode("00EO5P", 2, 2);
  expect(flat).toHaveLength(16);
  expect(new Set(Array.from({ length: 4 }, (_, n) => flat?.slice(n * 4, n * 4 + 4).join())).size).toBe(1);
  // The example of the format's own site: 4 by 3 components.
  const sea = decode("LEHV6nWB2yk8pyo0adR*.7kCMdnj", 8, 8);
  expect(sea?.filter((_, n) => n % 4 === 3).every((opaque) => opaque === 255)).toBe(true);
  expect(new Set(sea).size).toBeGreaterThan(20);
});

test("what is no hash is nothing", () => {
  for (const bad of ["", "0", "00", "LEHV6nWB2yk8pyo0adR*.7kCMdn", "00EO5 ", "<script>"])
    expect(decode(bad, 4, 4)).toBeNull();
});
