// The drawing of ids shows every id and every line, and no two ids in one place; and what a timeline says of clocks.
import { describe, expect, test } from "vitest";
import type { IdRow, LinkRow } from "../../api/types";
import { graphOf, MAX_NODES, pathOf } from "./graph";
import { stanceWords } from "./own-word";
import { skewOf } from "./timeline";

const id = (key: string, kind: string): IdRow => ({ key, kind, value: key, first_seen_at: "2030-01-01T00:00:00Z" });
const link = (a: string, b: string, state: LinkRow["state"] = "active"): LinkRow => ({
  a,
  b,
  a_name: `user:${a}`,
  b_name: `anonymous:${b}`,
  at: "2030-01-01T00:00:00Z",
  source: "event",
  state,
  is_forced: false,
  reason: null,
});

describe("graphOf", () => {
  test("no two ids share a place", () => {
    for (const kinds of [["user", "anonymous"], ["user"], ["anonymous"], ["email", "user", "device"]]) {
      const ids = Array.from({ length: 9 }, (_, n) => id(`i${n}`, kinds[n % kinds.length] ?? "user"));
      const { nodes, height } = graphOf(ids, []);
      expect(new Set(nodes.map((node) => `${node.x} ${node.y}`)).size).toBe(9);
      expect(Math.max(...nodes.map((node) => node.y))).toBeLessThan(height);
    }
  });
  test("an id that was held back is drawn, as another's", () => {
    const { nodes, lines } = graphOf([id("u1", "user")], [link("u1", "kiosk", "refused")]);
    expect(nodes.map(({ label, isOwn }) => [label, isOwn])).toEqual([
      ["u1", true],
      ["kiosk", false],
    ]);
    expect(lines.map((line) => line.state)).toEqual(["refused"]);
  });
  test("too many are counted, and lines to them left out", () => {
    const ids = Array.from({ length: MAX_NODES + 3 }, (_, n) => id(`i${String(n).padStart(2, "0")}`, "user"));
    const { nodes, lines, nHidden } = graphOf(ids, [link("i00", "i26")]);
    expect([nodes.length, lines.length, nHidden]).toEqual([MAX_NODES, 0, 3]);
  });
  test("lines within a column bend, others are straight", () => {
    const { lines } = graphOf(
      [id("u1", "user"), id("u2", "user"), id("a1", "anonymous")],
      [link("u1", "u2"), link("u1", "a1")],
    );
    expect(lines.map((line) => pathOf(line).includes("Q"))).toEqual([true, false]);
  });
});

describe("timeline", () => {
  test("a clock that was right is not spoken of", () => {
    expect(skewOf({ at: "2030-01-01T00:00:00Z", said_at: null })).toBe(0);
    expect(skewOf({ at: "2030-01-01T00:00:00Z", said_at: "2030-01-01T02:00:00Z" })).toBe(7_200_000);
  });
});

describe("what they agree to", () => {
  test("is a word, and who said it when", () => {
    expect(stanceWords({ is_given: true, by: null })).toBe("yes");
    const by = { at: "2030-01-03T10:00:00Z", is_given: false, how: "browser" as const };
    expect(stanceWords({ is_given: false, by })).toBe("no, said on 3 Jan 2030, by their browser’s signal");
  });
});
