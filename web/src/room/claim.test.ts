import { expect, test } from "vitest";
import { offerOf } from "./claim";

const token = (claims: unknown) => `h.${btoa(JSON.stringify(claims)).replaceAll("=", "")}.s`;

test("a fragment offers who one is, or nothing", () => {
  const good = token({ sub: "user-7", exp: 1 });
  expect(offerOf(`#source=shop&claim=${good}`)).toEqual({ source: "shop", token: good, user: "user-7" });
  for (const bad of [
    "",
    "#",
    "#source=shop",
    `#claim=${good}`,
    "#source=shop&claim=x",
    `#source=shop&claim=${token({})}`,
  ]) {
    expect(offerOf(bad), bad).toBeNull();
  }
});
