// The headline of the list must say what the list shows.
import { describe, expect, it } from "vitest";
import { peopleWords } from "./words";

const at = (n: number) => ({ n, on: "1998-06-30", since: "1998-05-31" });

describe("peopleWords", () => {
  it("says plainly when nothing is filtered", () => {
    expect(peopleWords({}, at(23570))).toBe("23,570 people on 30 June 1998");
    expect(peopleWords({}, at(1))).toBe("1 person on 30 June 1998");
  });
  it("names a flow between two days", () => {
    expect(peopleWords({ flow: "disengaged" }, at(238))).toBe(
      "238 people who were engaged on 31 May and are not on 30 June 1998",
    );
    expect(peopleWords({ flow: "disengaged" }, at(1))).toBe(
      "1 person who was engaged on 31 May and is not on 30 June 1998",
    );
  });
  it("names cells with their noun", () => {
    expect(peopleWords({ cell: "A1" }, at(12))).toBe("12 customers who are engaged and positive, on 30 June 1998");
    expect(peopleWords({ cell: "B2" }, at(12))).toBe("12 people who are apathetic but not customers, on 30 June 1998");
    expect(peopleWords({ cell: "B2" }, at(1))).toBe("1 person who is apathetic but not a customer, on 30 June 1998");
  });
  it("names migration, newcomers and the gone", () => {
    expect(peopleWords({ from: "A1", to: "A2" }, at(3))).toBe(
      "3 people who were A1 on 31 May and are A2 on 30 June 1998",
    );
    expect(peopleWords({ from: "newcomer", to: "B1" }, at(3))).toBe(
      "3 people who were new after 31 May and are B1 on 30 June 1998",
    );
    expect(peopleWords({ from: "A1", to: "gone" }, at(3))).toBe(
      "3 people who were A1 on 31 May and are gone by 30 June 1998",
    );
  });
  it("names a period of growth accounting", () => {
    expect(peopleWords({ by: "month", period: "1997-02", period_flow: "new" }, at(8476))).toBe(
      "8,476 people who came for the first time in February 1997",
    );
    expect(peopleWords({ by: "month", period: "1997-02", period_flow: "churned" }, at(6689))).toBe(
      "6,689 people who were active in the period before February 1997 and not in it",
    );
  });
  it("names customers, the engaged and the due", () => {
    expect(peopleWords({ customer: "true", engaged: "true", direction: "falling" }, at(5))).toBe(
      "5 customers who are engaged, who are falling, on 30 June 1998",
    );
    expect(peopleWords({ customer: "false", engaged: "false" }, at(1))).toBe(
      "1 person who is not a customer, who is not engaged, on 30 June 1998",
    );
    expect(peopleWords({ due_from: "1998-06-23", stage: "lapsed" }, at(2))).toBe(
      "2 people in the stage “lapsed”, who were due on 23 June or later, on 30 June 1998",
    );
  });
  it("names whom a definition engages", () => {
    expect(peopleWords({ engaged_by: "novo_recency" }, at(3))).toBe(
      "3 people who are engaged by the definition “novo recency”, on 30 June 1998",
    );
    expect(peopleWords({ engaged_by: "none" }, at(1))).toBe(
      "1 person who is engaged by no definition, on 30 June 1998",
    );
  });
  it("joins several filters", () => {
    expect(peopleWords({ cell: "A1", direction: "falling", q: "ann" }, at(2))).toBe(
      "2 customers who are engaged and positive, who are falling, with “ann” in a name or id, on 30 June 1998",
    );
  });
  it("names who is leaving, what they are worth, and the slice", () => {
    expect(peopleWords({ leaving: "true", layer: "web" }, at(3))).toBe(
      "3 people who are on their way out, by what they did on the layer “web”, on 30 June 1998",
    );
    expect(peopleWords({ leaving: "false" }, at(1))).toBe("1 person who is not on their way out, on 30 June 1998");
    expect(peopleWords({ quadrant: "fading" }, at(3))).toBe(
      "3 people who brought more than the mean in a year and are expected to bring less, on 30 June 1998",
    );
    expect(peopleWords({ audience: "7" }, { ...at(3), audience: "Dear" })).toBe(
      "3 people of the audience “Dear”, on 30 June 1998",
    );
    expect(peopleWords({ acquired: "1997-02", last_from: "1997-06-30" }, at(3))).toBe(
      "3 people who first came in February 1997, last seen on 30 June 1997 or later, on 30 June 1998",
    );
  });
  it("names a change of a base instead of a flow", () => {
    expect(peopleWords({ by: "month", period: "1997-02", base: "value", change: "shrank" }, at(3))).toBe(
      "3 people whose spending shrank in February 1997",
    );
    expect(peopleWords({ by: "week", period: "1997-W08", base: "engaged", change: "gone" }, at(1))).toBe(
      "1 person whose engagement ended in week 8 of 1997",
    );
  });
});
