import { expect, test } from "vitest";
import { bytesOf, textOf } from "./passkeys";

test("bytes survive their text, whatever they are", () => {
  for (const bytes of [[], [0], [255, 254], [251, 239, 190, 0], Array.from({ length: 256 }, (_, at) => at)]) {
    const text = textOf(new Uint8Array(bytes).buffer);
    expect(text).toMatch(/^[\w-]*$/);
    expect(Array.from(bytesOf(text))).toEqual(bytes);
  }
});
