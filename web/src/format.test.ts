// Numbers, days and money must read the same everywhere.
import { describe, expect, it } from "vitest";
import {
  bytes,
  change,
  count,
  counted,
  dayBeside,
  dayPlus,
  daysBetween,
  daysText,
  dayText,
  duration,
  exactPoints,
  isDay,
  money,
  monthsBetween,
  monthsFrom,
  percent,
  periodShort,
  periodText,
  readPeriods,
  roundMoney,
  signed,
  standingOf,
  times,
} from "./format";

describe("numbers", () => {
  it("groups thousands and uses a real minus", () => {
    expect(count(69659)).toBe("69,659");
    expect(count(-7)).toBe("−7");
    expect(change(412)).toBe("+ 412");
    expect(change(-1491)).toBe("− 1,491");
    expect(change(0)).toBe("no change");
  });
  it("counts one and many", () => {
    expect(counted(1, "person", "people")).toBe("1 person");
    expect(counted(0, "person", "people")).toBe("0 people");
  });
  it("never shows something as nothing", () => {
    expect(percent(0.004)).toBe("< 1 %");
    expect(percent(0)).toBe("0 %");
    expect(percent(0.61)).toBe("61 %");
    expect(standingOf(99.9)).toBe("top 1 %");
    expect(standingOf(94)).toBe("top 6 %");
    expect(standingOf(40)).toBe("lower 40 %");
  });
  it("signs kind, and leaves zero unsigned", () => {
    expect(signed(0.71)).toBe("+ 0.71");
    expect(signed(-0.38)).toBe("− 0.38");
    expect(signed(-0.001)).toBe("0.00");
  });
  it("gives small degrees a digit and large ones none", () => {
    expect(times(2.44)).toBe("2.4 ×");
    expect(times(12.4)).toBe("12 ×");
    expect(times(0.02)).toBe("< 0.1 ×");
    expect(times(0)).toBe("0.0 ×");
  });
  it("names sizes and times", () => {
    expect(bytes(999)).toBe("999 bytes");
    expect(bytes(41_000_000)).toBe("41.0 MB");
    expect(duration(40)).toBe("40 s");
    expect(duration(180)).toBe("3 min");
    expect(duration(7500)).toBe("2 h 5 min");
  });
});

describe("exactPoints", () => {
  it("keeps every digit", () => {
    expect(exactPoints(15_204_233)).toEqual(["15.20", "4233"]);
    expect(exactPoints(-7)).toEqual(["−0.00", "0007"]);
    expect(exactPoints(1_234_000_000)).toEqual(["1,234.00", "0000"]);
  });
});

describe("money", () => {
  it("knows how many digits are minor", () => {
    expect(money(8400, "EUR")).toBe("€84.00");
    expect(money(8400, "JPY")).toBe("¥8,400");
    expect(money(8400, "KWD")).toMatch(/8\.400$/);
    expect(roundMoney(124_050, "EUR")).toBe("€1,241");
  });
  it("survives a code that is no currency", () => {
    expect(money(5, "")).toBe("5");
  });
});

describe("days", () => {
  it("are UTC, whatever the clock of the reader", () => {
    expect(dayText("1998-06-30")).toBe("30 June 1998");
    expect(dayBeside("1998-05-30", "1998-06-30")).toBe("30 May");
    expect(dayBeside("1997-05-30", "1998-06-30")).toBe("30 May 1997");
  });
  it("stay in the month when months differ in length", () => {
    expect(monthsFrom("1998-03-31", -1)).toBe("1998-02-28");
    expect(monthsFrom("1997-12-31", 2)).toBe("1998-02-28");
    expect(monthsFrom("1998-01-15", -1)).toBe("1997-12-15");
  });
  it("are counted whole", () => {
    expect(daysBetween("1997-01-01", "1998-06-30")).toBe(545);
    expect(dayPlus("1998-02-28", 1)).toBe("1998-03-01");
  });
  it("are recognised", () => {
    expect(isDay("1998-06-30")).toBe(true);
    expect(isDay("1998-06-31")).toBe(false);
    expect(isDay("30.6.1998")).toBe(false);
  });
  it("make periods", () => {
    expect(periodText("1997-02")).toBe("February 1997");
    expect(periodText("1997-W08")).toBe("week 8 of 1997");
    expect(periodText("1997-02-03")).toBe("3 February 1997");
    expect(periodShort("1997-02")).toBe("Feb 97");
    expect(periodShort("1997-W08")).toBe("W08 97");
  });
});

describe("lengths and runs of time", () => {
  it("says a length in the unit people would", () => {
    expect(daysText(7)).toBe("a week");
    expect(daysText(1)).toBe("1 day");
    expect(daysText(28)).toBe("28 days");
    expect(daysText(91)).toBe("3 months");
    expect(daysText(365)).toBe("a year");
    expect(daysText(800)).toBe("2.2 years");
  });
  it("lists the months between two days, both included", () => {
    expect(monthsBetween("1997-11-30", "1998-02-01")).toEqual(["1997-11", "1997-12", "1998-01", "1998-02"]);
    expect(monthsBetween("1997-11-01", "1997-11-01")).toEqual(["1997-11"]);
    expect(monthsBetween("1997-12-01", "1997-11-01")).toEqual([]);
  });
  it("reads the periods in a sentence", () => {
    expect(readPeriods("In 1997-09 it grew by 2 %, from 1997-W08 to 1997-02-03; 1,997 people.")).toBe(
      "In September 1997 it grew by 2 %, from week 8 of 1997 to 3 February 1997; 1,997 people.",
    );
  });
});
