import { expect, test } from "vitest";
import type { RoomFrame } from "../../api/types";
import { wordsOf } from "./rooms";

const frame = (content: object, more: object = {}) =>
  ({ photo: null, album: null, placed: null, fact: null, occasion: null, content, ...more }) as unknown as RoomFrame;

test("a frame is told in a few words, whatever hangs in it", () => {
  expect(wordsOf(frame({ kind: "text", text: "Hello" }))).toBe("Hello");
  expect(wordsOf(frame({ kind: "video", url: "https://a.example", title: "A film" }))).toBe("A film");
  expect(wordsOf(frame({ kind: "photo" }, { photo: { caption: "", alt: "" } }))).toBe("a photo");
  expect(wordsOf(frame({ kind: "album" }, { album: { title: "Sea", n_photos: 1 } }))).toBe("Sea, 1 photo");
  const placed = { brand: { title: "Kettle" } };
  expect(wordsOf(frame({ kind: "placement", words: "" }, { placed }))).toBe("a picture of Kettle");
  expect(wordsOf(frame({ kind: "placement", words: "mine" }, { placed, album: { title: "x", n_photos: 2 } }))).toBe(
    "a picture of Kettle: mine",
  );
  const occasion = { answer: "attended", occasion: { title: "Five teas" } };
  expect(wordsOf(frame({ kind: "occasion" }, { occasion }))).toBe("was at Five teas");
});
