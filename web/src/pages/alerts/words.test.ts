// Where each kind of alert leads, and the headline.
import { describe, expect, test } from "vitest";
import type { Alert } from "../../api/types";
import { behind, headline } from "./words";

const alert: Alert = {
  id: 1,
  kind: "wire",
  object: "brand:a&b",
  person: "customer:0/1",
  day: "1998-06-30",
  title: "",
  text: "",
  facts: {},
  state: "open",
  made_at: "2026-11-22T00:00:00Z",
};

describe("alerts", () => {
  test("each leads to what is behind it, on its day", () => {
    expect(behind(alert).path).toBe("/people/customer%3A0%2F1?object=brand%3Aa%26b&on=1998-06-30");
    const masked = { ...alert, kind: "masked", person: null, facts: { base: "active" } as never };
    expect(behind(masked).path).toBe("/growth?object=brand%3Aa%26b&on=1998-06-30&base=active");
    const quiet = { ...alert, kind: "quiet_layer", facts: { layer: "web" } as never };
    expect(behind(quiet).path).toContain("layer=web&since=1998-03-30");
    const overdue = { ...alert, kind: "ask_overdue", facts: { thread: "0a" } as never };
    expect(behind(overdue).path).toBe("/asks?thread=0a");
    expect(behind({ ...alert, kind: "more_asks" }).path).toBe("/asks?brand=brand%3Aa%26b");
    expect(behind({ ...alert, kind: "more_wires" }).path).toContain("stage=lapsed&sort=at_risk");
    expect(behind({ ...alert, kind: "of a later version" }).path).toMatch(/^\/\?/);
  });
  test("the headline counts what nobody looked at", () => {
    expect(headline(0, "open", 0)).toBe("There is nothing you have not been told.");
    expect(headline(1, "open", 1)).toBe("One thing you should know.");
    expect(headline(20, "all", 30)).toBe("20 things you should know.");
    expect(headline(3, "seen", 7)).toBe("7 looked at before.");
  });
});
