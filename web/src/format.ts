// Numbers, days and money as people read them. Only formatting: nothing here computes a result.

const LOCALE = "en-GB";
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const twoDigits = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2, minimumFractionDigits: 2 });
const upToThree = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 3 });

/** Stands where there is no value. */
export const NONE = "—";
export const MINUS = "−";
const DAY_MS = 86_400_000;

export function count(n: number): string {
  return whole.format(n).replace("-", MINUS);
}

/** "1 person", "238 people". */
export function counted(n: number, one: string, many: string): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

export function decimal(n: number): string {
  return upToThree.format(n).replace("-", MINUS);
}

/** "Lapsed" for "lapsed". */
export function capitalised(words: string): string {
  return words.replace(/^./, (first) => first.toUpperCase());
}

/** A share 0..1 as "61 %"; what is not nothing is never shown as nothing. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "< 1 %";
  return `${whole.format(share * 100)} %`;
}

/** "2.4 ×" the average. */
export function times(degree: number): string {
  if (degree > 0 && degree < 0.1) return "< 0.1 ×";
  return `${degree < 10 ? oneDigit.format(degree) : whole.format(degree)} ×`;
}

/** Percentile 0..100 as "top 6 %", or "lower 40 %" for those beneath the middle. */
export function standingOf(percentile: number): string {
  if (percentile >= 50) return `top ${whole.format(Math.max(1, 100 - percentile))} %`;
  return `lower ${whole.format(Math.max(1, percentile))} %`;
}

/** With its sign: "+ 0.71", "− 0.38", "0.00". */
export function signed(n: number): string {
  const digits = twoDigits.format(Math.abs(n));
  if (digits === "0.00") return digits;
  return `${n < 0 ? MINUS : "+"} ${digits}`;
}

/** A whole change with its sign: "+ 412", "− 1,491", "no change". */
export function change(n: number): string {
  if (n === 0) return "no change";
  return `${n < 0 ? MINUS : "+"} ${whole.format(Math.abs(n))}`;
}

export function probability(p: number): string {
  return twoDigits.format(p);
}

export function ratio(value: number | null): string {
  return value === null ? NONE : twoDigits.format(value);
}

/** Minor units and an ISO 4217 code; the code decides how many digits are minor. */
export function money(minor: number, currency: string): string {
  try {
    const format = new Intl.NumberFormat(LOCALE, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    return format.format(minor / 10 ** digits).replace("-", MINUS);
  } catch {
    return `${count(minor)} ${currency}`.trim();
  }
}

/** Micropoints as points to the last digit, in two parts: what is read, and the digits that only make the sum exact. */
export function exactPoints(micropoints: number): [string, string] {
  const digits = String(Math.abs(micropoints)).padStart(7, "0");
  const points = count(Number(digits.slice(0, -6)));
  return [`${micropoints < 0 ? MINUS : ""}${points}.${digits.slice(-6, -4)}`, digits.slice(-4)];
}

/** Money without minor digits, for lists. */
export function roundMoney(minor: number, currency: string): string {
  try {
    const full = new Intl.NumberFormat(LOCALE, { style: "currency", currency });
    const digits = full.resolvedOptions().maximumFractionDigits ?? 2;
    const short = new Intl.NumberFormat(LOCALE, {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      maximumFractionDigits: 0,
    });
    return short.format(minor / 10 ** digits).replace("-", MINUS);
  } catch {
    return `${count(minor)} ${currency}`.trim();
  }
}

function dateOf(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

const longDay = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const yearless = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "long", timeZone: "UTC" });
const shortDay = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const shortMonth = new Intl.DateTimeFormat(LOCALE, { month: "short", timeZone: "UTC" });
const longMonth = new Intl.DateTimeFormat(LOCALE, { month: "long", year: "numeric", timeZone: "UTC" });

/** "30 June 1998". */
export function dayText(day: string): string {
  const date = dateOf(day);
  return Number.isNaN(date.getTime()) ? day : longDay.format(date);
}

/** "30 May", or with its year when that differs from the other day's. */
export function dayBeside(day: string, other: string): string {
  const date = dateOf(day);
  if (Number.isNaN(date.getTime())) return day;
  return day.slice(0, 4) === other.slice(0, 4) ? yearless.format(date) : longDay.format(date);
}

/** "30 Jun 1998". */
export function dayShort(day: string): string {
  const date = dateOf(day);
  return Number.isNaN(date.getTime()) ? day : shortDay.format(date);
}

/** The name of a period: "February 1997", "week 8 of 1997", "3 February 1997". */
export function periodText(period: string): string {
  const week = /^(\d{4})-W(\d{2})$/.exec(period);
  if (week) return `week ${Number(week[2])} of ${week[1]}`;
  if (/^\d{4}-\d{2}$/.test(period)) return longMonth.format(dateOf(`${period}-01`));
  return dayText(period);
}

/** The short name of a period, for an axis: "Feb 97", "W08 97", "3 Feb". */
export function periodShort(period: string): string {
  const week = /^(\d{4})-W(\d{2})$/.exec(period);
  if (week) return `W${week[2]} ${week[1]?.slice(2)}`;
  if (/^\d{4}-\d{2}$/.test(period)) return `${shortMonth.format(dateOf(`${period}-01`))} ${period.slice(2, 4)}`;
  const date = dateOf(period);
  return `${date.getUTCDate()} ${shortMonth.format(date)}`;
}

/** Whole days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((dateOf(to).getTime() - dateOf(from).getTime()) / DAY_MS);
}

/** The day so many days after (or before) another. */
export function dayPlus(day: string, days: number): string {
  return new Date(dateOf(day).getTime() + days * DAY_MS).toISOString().slice(0, 10);
}

/** The same day of the month so many months away, or that month's last day where it is shorter. */
export function monthsFrom(day: string, months: number): string {
  const date = dateOf(day);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(date.getUTCDate(), last));
  return first.toISOString().slice(0, 10);
}

/** The months from one day to another, as 1997-02, oldest first. */
export function monthsBetween(from: string, to: string): string[] {
  const months: string[] = [];
  for (let day = `${from.slice(0, 7)}-01`; day <= to; day = monthsFrom(day, 1)) months.push(day.slice(0, 7));
  return months;
}

/** "a week", "28 days", "3 months", "a year": a length of time in the unit people would say. */
export function daysText(days: number): string {
  const whole = Math.round(days);
  if (whole === 7) return "a week";
  if (whole === 365) return "a year";
  if (whole < 45) return counted(whole, "day", "days");
  if (whole < 700) return `${Math.round(whole / 30.4)} months`;
  return `${oneDigit.format(whole / 365)} years`;
}

/** Text with its periods as people read them: "In 1997-09" becomes "In September 1997". */
export function readPeriods(text: string): string {
  return text.replaceAll(/\b\d{4}-(?:W\d{2}|\d{2}(?:-\d{2})?)\b/g, periodText);
}

export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = dateOf(text);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The time of day of an instant, where the reader is: "12:03:20". */
export function timeOfDay(instant: string): string {
  return new Date(instant).toLocaleTimeString(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** An instant where the reader is: "30 Jun 1998, 12:03". */
export function instantText(instant: string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  return date.toLocaleString(LOCALE, { dateStyle: "medium", timeStyle: "short" });
}

/** The day UTC of an instant; days everywhere in Parlour are UTC. */
export function dayOf(instant: string): string {
  return instant.slice(0, 10);
}

export function bytes(n: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = n;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? whole.format(value) : oneDigit.format(value)} ${units[unit]}`;
}

/** "40 s", "3 min", "2 h 5 min". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return `${s} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long ago an instant was: "just now", "40 s ago", "3 min ago", "5 days ago". */
export function ago(instant: string, now: number = Date.now()): string {
  const seconds = (now - Date.parse(instant)) / 1000;
  if (Number.isNaN(seconds)) return instant;
  if (seconds < 5) return "just now";
  if (seconds < 86_400) return `${duration(seconds)} ago`;
  return `${counted(Math.floor(seconds / 86_400), "day", "days")} ago`;
}

/** An instant to the second, where the reader is: "30 Jun 1998, 12:03:20". */
export function exactText(instant: string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  return date.toLocaleString(LOCALE, { dateStyle: "medium", timeStyle: "medium" });
}
