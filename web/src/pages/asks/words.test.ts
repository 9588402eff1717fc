import { describe, expect, test } from "vitest";
import type { AskCounts, AskLine } from "../../api/types";
import { givenWords, headline, joined, shortened, stateOf, waitText } from "./words";

const counts = (n_open: number, n_overdue: number, n_snoozed = 0) => ({ n_open, n_overdue, n_snoozed }) as AskCounts;
const ask = (changes: Partial<AskLine>) =>
  ({ state: "open", hours: 40, is_overdue: false, is_late: false, ...changes }) as AskLine;

describe("asks", () => {
  test("a wait is told as people say it", () => {
    expect([0, 0.5, 1, 40, 49].map(waitText)).toEqual(["1 minute", "30 minutes", "1 hour", "40 hours", "2 days"]);
    expect(waitText(262_000)).toBe("30 years");
  });
  test("the queue is one sentence", () => {
    expect(headline(counts(0, 0))).toBe("Nobody waits for an answer.");
    expect(headline(counts(0, 0, 2))).toContain("resting");
    expect(headline(counts(1, 1))).toBe("One ask waits for an answer, and is overdue.");
    expect(headline(counts(1200, 1))).toBe("1,200 asks wait for an answer; 1 is overdue.");
    expect(headline(counts(3, 0))).toBe("3 asks wait for an answer; none is overdue.");
  });
  test("what a link narrows the queue by is told", () => {
    const told = (["state", "overdue", "staff", "asker", "from", "person"] as const).map((name, at) =>
      givenWords(name, ["closed", "true", "eva", "top", "2026-05-01", "user:anna"][at] ?? ""),
    );
    expect(told).toEqual([
      "closed",
      "overdue",
      "answered by eva",
      "askers of the top third",
      "asked from 1 May 2026",
      "asked by anna",
    ]);
    expect([givenWords("state", "all"), givenWords("late", "")]).toEqual(["", ""]);
  });
  test("how an ask stands says who, when and whether in time", () => {
    expect(stateOf(ask({ is_overdue: true }))).toEqual({ words: "waits 40 hours, ignored", tone: "neg" });
    expect(stateOf(ask({ state: "answered", answered_by: "eva" })).words).toBe("answered by eva after 40 hours");
    expect(stateOf(ask({ state: "answered", is_late: true })).words).toBe("answered late, after 40 hours");
    expect(stateOf(ask({ state: "closed", closed_why: "spam" })).words).toBe("closed unanswered: spam");
  });
  test("no text takes the place of another", () => {
    expect([joined("", "b"), joined("a", " "), joined("a", "b")]).toEqual(["b", "a", "a\n\nb"]);
  });
  test("a long text ends at a word", () => {
    expect(shortened("one two\nthree four", 12)).toBe("one two …");
    expect(shortened("short", 12)).toBe("short");
    expect(shortened("a".repeat(20), 12)).toBe(`${"a".repeat(12)} …`);
  });
});
