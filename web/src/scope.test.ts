// Links keep what is looked at, and what a list asks for wins over it.
import { describe, expect, it } from "vitest";
import { scopedPath, scopeOf } from "./scope";

describe("scopedPath", () => {
  it("keeps the scope and nothing else", () => {
    const scope = scopeOf(new URLSearchParams("object=brand:x&on=1998-05-01&view=table&page=7"));
    expect(scopedPath("/matrix", scope)).toBe("/matrix?object=brand%3Ax&on=1998-05-01");
  });
  it("lets the list's own words win", () => {
    expect(scopedPath("/people", { on: "1998-05-01" }, "flow=disengaged&on=1998-06-30")).toBe(
      "/people?on=1998-06-30&flow=disengaged",
    );
  });
  it("is bare when there is nothing to keep", () => {
    expect(scopedPath("/", {})).toBe("/");
  });
});
