import { describe, expect, test } from "vitest";
import type { PersonStanding } from "../../api/types";
import { disputeOf, saidIn } from "../../disputes";
import { traceLines, traceWords } from "../../traces";
import type { Dispute, KnownOfMe } from "../types";
import { allInAll, joinedBy, listed, mattersOf, sayingsOf, takenFor, verbWords } from "./words";

const standing: PersonStanding = {
  object: "brand:Kettle",
  title: "Kettle",
  day: "1998-06-30",
  involvement: 12.34,
  degree: 2.4,
  percentile: 94,
  kind: 0.71,
  cell: "A1",
  is_customer: true,
  direction: "falling",
  p_falling: 0.62,
  n_recent: 2,
  n_before: 5,
  first_day: "1997-02-03",
  last_day: "1998-06-20",
  due_day: "1998-06-28",
  n_days: 9,
  stage: "active",
  value_minor: 12_050,
  currency: "USD",
  spark: [],
  back: null,
  worth: null,
};
const said = (change: Partial<PersonStanding>, of: string) =>
  mattersOf({ ...standing, ...change }, "1998-06-30").find((one) => one.of === of)?.sentence;

describe("what is concluded", () => {
  test("is told to whom it concerns, in sentences", () => {
    expect(said({}, "degree")).toBe("You are 2.4 times as engaged as the average, among the top 6 %.");
    expect(said({}, "kind")).toBe("You seem to like Kettle (+ 0.71 from −1 to +1).");
    expect(said({ kind: -1 }, "kind")).toBe("You seem not to like Kettle (− 1.00 from −1 to +1).");
    expect(said({ kind: 0 }, "kind")).toContain("neither to like nor to dislike");
    expect(said({ kind: null }, "kind")).toBe("Nothing you did shows whether you like Kettle.");
    expect(said({}, "cell")).toContain("customers, engaged and positive: cell A1");
    expect(said({}, "direction")).toContain("more rarely than before: 5 active days before, 2 lately");
    expect(said({}, "rhythm")).toBe("By your own rhythm you were expected by 28 June: you are 2 days late.");
    expect(said({ due_day: "1998-07-02" }, "rhythm")).toContain("you are expected by 2 July");
    expect(said({ due_day: null }, "rhythm")).toContain("too few days");
    expect(said({}, "value")).toBe("You brought US$121 in the year until 30 June 1998.".replace("US$", "$"));
  });
  test("of whoever is not counted any more, nothing is made up", () => {
    for (const of of ["degree", "cell"]) expect(said({ cell: null }, of)).toContain("not counted any more");
  });
  test("every stage has its sentence, and a new one keeps its name", () => {
    const stages = ["new", "active", "disengaging_1", "disengaging_2", "lapsed", "defected", "won_back"] as const;
    const told = stages.map((stage) => said({ stage }, "stage"));
    expect(new Set(told).size).toBe(stages.length);
    expect(said({ stage: "far_off" as never }, "stage")).toBe("Your stage is “far off”.");
  });
  test("worth is told where a model says anything", () => {
    expect(said({}, "worth")).toBeUndefined();
    const worth = {
      n_purchases: 4,
      p_alive: 0.61,
      expected: 0.04,
      current_minor: 100,
      potential_minor: 3400,
      at_risk_minor: 1200,
      quadrant: "best" as const,
      contract: null,
    };
    expect(said({ worth }, "worth")).toContain("61 % that you are still there");
    expect(said({ worth }, "worth")).toContain("less than 0.1 more days of coming");
  });
});

describe("what one says against it", () => {
  const dispute = (change: Partial<Dispute>): Dispute => ({
    object: "brand:Kettle",
    object_title: "Kettle",
    matter: "kind",
    said: "dislike",
    said_in_words: "I do not like Kettle",
    words: "",
    at: "2030-01-01T00:00:00Z",
    taken_back_at: null,
    ...change,
  });
  test("only of kind and stage there are words that count", () => {
    expect(sayingsOf("kind", "Kettle").map((one) => one.said)).toEqual(["like", "indifferent", "dislike"]);
    expect(sayingsOf("stage", "Kettle").map((one) => one.said)).toEqual(["staying", "gone"]);
    expect(sayingsOf("value", "Kettle")).toEqual([]);
  });
  test("what was taken back is not shown, nor what is of another object", () => {
    const old = dispute({ taken_back_at: "2030-01-02T00:00:00Z" });
    expect(disputeOf([old], "brand:Kettle", "kind")).toBeUndefined();
    expect(disputeOf([old, dispute({ said: "like" })], "brand:Kettle", "kind")?.said).toBe("like");
    expect(disputeOf([dispute({})], "brand:Fjord", "kind")).toBeUndefined();
    expect(disputeOf([dispute({})], "brand:Kettle", "stage")).toBeUndefined();
  });
});

test("what was said is one line, in so many words and in their own", () => {
  expect(saidIn({ said_in_words: "I like Kettle", words: "since ever" })).toBe("I like Kettle — since ever");
  expect(saidIn({ said_in_words: null, words: "no" })).toBe("no");
});

describe("all in all", () => {
  const known = { person: null, own: "k", consents: [], disputes: [], posts: [], audiences: [], alerts: [] };
  test("nobody's history is said to be none", () => {
    expect(allInAll(known)).toBe("Nothing is known of you but what hangs in your room.");
  });
  test("since when, by how many ids, and whom it concerns", () => {
    const id = (first_seen_at: string) => ({ kind: "member", value: "a", key: first_seen_at, first_seen_at });
    const brand = (name: string) => ({ ...standing, object: `brand:${name}`, title: name });
    const person = {
      ids: [id("2030-02-01T00:00:00Z"), id("2029-03-04T00:00:00Z")],
      standings: [...["A", "B", "C", "D", "E", "F"].map(brand), { ...standing, object: "product:x" }],
    } as KnownOfMe["person"];
    expect(allInAll({ ...known, person })).toBe(
      "You are known here since 4 March 2029, by 2 ids; what you did concerns A, B, C, D and 2 more.",
    );
    const audiences = [{ name: "one", object: "brand:A", object_title: "A" }];
    expect(allInAll({ ...known, person, audiences })).toContain(" There is also 1 list you are on.");
  });
});

test("words for what has a name of its own", () => {
  expect(listed([])).toBe("");
  expect(listed(["a"])).toBe("a");
  expect(listed(["a", "b", "c"])).toBe("a, b and c");
  expect(joinedBy("hand", false)).toBe("staff");
  expect(joinedBy("shop", false)).toBe("shop");
  expect(joinedBy("event", true)).toContain("safeguards");
  expect(verbWords("did:Brewed Tea")).toBe("Brewed Tea");
  expect(verbWords("co_designed")).toBe("co designed");
  expect(takenFor("complaint", -1)).toBe("a complaint, meant unkindly");
  expect(takenFor(null, 0)).toContain("nothing that asks");
  expect(takenFor("new_class", 3)).toBe("new class, meant kindly");
});

test("what went is told in words, the most first, and what has none keeps its name", () => {
  expect(traceWords("post", 1)).toBe("thing said");
  expect(traceWords("far_table", 2)).toBe("far table");
  expect(traceLines({ member: 1, events: 1200, peek: 0, far_table: 3 })).toEqual([
    "1,200 events",
    "3 far table",
    "1 room",
  ]);
});
