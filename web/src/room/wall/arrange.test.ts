import { describe, expect, test } from "vitest";
import type { Frame, FrameChange } from "../types";
import * as arrange from "./arrange";

const { changed, inverse, moved } = arrange;

const frame = (id: string): Frame => ({
  id,
  size: 1,
  content: { kind: "text", text: id },
  photo: null,
  album: null,
  placed: null,
  fact: null,
  occasion: null,
  next: null,
  door: "passers_by",
  hung_at: "",
  changed_at: "",
});
const wall = ["a", "b", "c", "d"].map(frame);
const ids = (frames: Frame[]) => frames.map((one) => one.id).join("");

describe("arranging", () => {
  test("a frame moves to a place", () => {
    expect(ids(moved(wall, "a", 2))).toBe("bcad");
    expect(ids(moved(wall, "d", 0))).toBe("dabc");
    expect(ids(moved(wall, "b", 99))).toBe("acdb");
    expect(ids(moved(wall, "b", -1))).toBe("bacd");
    expect(moved(wall, "x", 1)).toBe(wall);
    expect([arrange.before(wall, "a"), arrange.before(wall, "c")]).toEqual(["", "b"]);
  });

  test("a change is seen, and what takes it back brings back what was", () => {
    const changes: FrameChange[] = [
      { frame: "b", after: "d" },
      { frame: "d", after: "" },
      { frame: "c", after: "c" },
      { frame: "b", size: 3 },
      { frame: "b", door: "only_me" },
      { frame: "b", content: { kind: "text", text: "B" } },
      { frame: "a", size: 2, after: "c", door: "acquaintance_1" },
    ];
    for (const change of changes) {
      const after = changed(wall, change);
      expect(changed(after, inverse(wall, change)), JSON.stringify(change)).toEqual(wall);
    }
    expect(ids(changed(wall, { frame: "b", after: "d" }))).toBe("acdb");
    expect(ids(changed(wall, { frame: "d", after: "" }))).toBe("dabc");
    expect(changed(wall, { frame: "b", size: 3 })[1]?.size).toBe(3);
  });

  test("what is taken down is hung again", () => {
    expect(ids(changed(wall, { frame: "b", hangs: false }))).toBe("acd");
    expect(inverse(wall, { frame: "b", hangs: false })).toEqual({ frame: "b", hangs: true });
  });
});
