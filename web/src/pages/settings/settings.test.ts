// What the Settings pages say of sums, lag, names and links.
import { describe, expect, test } from "vitest";
import { changesOf } from "../../components/link-change";
import { clusterWords, equations, lagWords, roleOf } from "./health";
import { saidOf, verbLabel } from "./names";

describe("health", () => {
  const sums = { sent: 10, accepted: 8, rejected: 2, folded: 5, duplicate: 1, waiting: 2, agree: true };
  test("sums that hold are equations, others are not", () => {
    expect(equations(sums).map((sum) => sum.isTrue)).toEqual([true, true]);
    const lost = equations({ ...sums, folded: 4 });
    expect(lost[0]).toEqual({ words: "8 accepted ≠ 4 folded + 1 duplicate + 2 waiting", isTrue: false });
    expect(equations({ ...sums, rejected: 1 })[1]?.isTrue).toBe(false);
  });
  test("a server that stirs no more does not lead", () => {
    const server = {
      name: "a:/data",
      version: "1",
      started_at: "",
      is_this: false,
      leads: true,
      is_alive: true,
      n_taken: 0,
      n_behind: 0,
      n_unsealed: 0,
    };
    expect(roleOf(server)).toBe("leads");
    expect(roleOf({ ...server, leads: false })).toBe("follows");
    expect(roleOf({ ...server, is_alive: false })).toBe("silent");
  });
  test("a cluster is told by what it answered and what it did not", () => {
    const cluster = {
      url: "df://scheduler:50060",
      is_away: false,
      n_answered: 1,
      n_own: 0,
      n_tasks_done: 0,
      n_tasks: 0,
    };
    expect(clusterWords(cluster)).toBe("1 question was answered there since the start.");
    expect(clusterWords({ ...cluster, n_answered: 1200, n_own: 2, n_tasks_done: 3, n_tasks: 8 })).toBe(
      "1,200 questions were answered there since the start; 2 questions it did not, and this server counted itself. " +
        "At work: 3 of 8 tasks done.",
    );
  });
  test("the lag is said in events and in time", () => {
    expect(lagWords({ lag_events: 0, lag_seconds: 0 })).toMatch(/^Nothing waits/);
    expect(lagWords({ lag_events: 1, lag_seconds: 0 })).toBe("1 event waits to be folded.");
    expect(lagWords({ lag_events: 2000, lag_seconds: 75 })).toBe(
      "2,000 events wait to be folded, the oldest for 75 s.",
    );
  });
});

describe("names", () => {
  test("what was done is said with how many events follow", () => {
    expect(saidOf("Signed Up", "co_designed", 2)).toBe(
      "“Signed Up” now stands for “co designed”; its 2 past events count so too.",
    );
    expect(saidOf("Signed Up", null, 1)).toMatch(/no longer mapped.*1 past event follows/);
  });
  test("a verb is told with its worth", () => {
    const verb = {
      verb: "bought",
      as2: "BuyAction",
      kind: "+",
      points: 10,
      ask: null,
      role: "purchase",
      by: "person",
      n: 0,
    };
    expect(verbLabel(verb)).toBe("bought · 10 points, +, makes a customer");
  });
});

describe("links", () => {
  test("what can be done depends on what was", () => {
    expect(changesOf({ state: "active", is_forced: false })).toEqual(["undo"]);
    expect(changesOf({ state: "refused", is_forced: false })).toEqual(["force"]);
    expect(changesOf({ state: "undone", is_forced: false })).toEqual(["redo"]);
    expect(changesOf({ state: "active", is_forced: true })).toEqual(["unforce", "undo"]);
  });
});
