// The widget speaks the page's language, whatever the rest of its tag, and English where it knows none.
import { expect, test } from "vitest";
import { wordsOf } from "./words";

test.each([
  ["de-CH", "de"],
  ["FR", "fr"],
  [" es ", "es"],
  ["", "en"],
  ["it", "en"],
  ["constructor", "en"],
])("%s is spoken as %s", (tag, language) => {
  const found = wordsOf(tag);
  expect(found.language).toBe(language);
  expect(found.words.send.length).toBeGreaterThan(2);
});
