// What every test of the Desk stands on: a page that may not complain, and a few words for what is read again and again.
import { test as base, expect, type Locator, type Page } from "@playwright/test";

/** Where the session of this run is kept between tests. */
export const SESSION = "node_modules/.cache/parlour-session.json";

/** The same for the house that visitors write to. */
export const VISITORS_SESSION = "node_modules/.cache/parlour-visitors-session.json";

export const PAGES = [
  "/",
  "/?show=active&view=table",
  "/people",
  "/matrix",
  "/matrix?view=table",
  "/leaving",
  "/leaving?kind=lapsed&still=table",
  "/growth",
  "/growth?base=value&view=table",
  "/cohorts",
  "/cohorts?counted=value&view=table",
  "/models",
  "/models?calibration=table",
  "/audiences",
  "/asks",
  "/answers",
  "/talk",
  "/alerts",
  "/alerts?state=all",
  "/definitions",
  "/explore",
  "/settings",
  "/settings?tab=sources",
  "/settings?tab=sources&source=new",
  "/settings?tab=names",
  "/settings?tab=merges",
  "/settings?tab=deliveries",
  "/settings?tab=weights",
  "/settings?tab=rejected",
  "/settings?tab=people",
  "/settings?tab=erasures",
  "/settings?tab=audit",
  "/settings?tab=browser",
];

interface Complaints {
  /** A complaint the test brings about on purpose. */
  allow: (pattern: RegExp) => void;
}

/** A page whose console stays silent: no script error, no refused resource, no report of the content security policy. */
export const test = base.extend<{ complaints: Complaints }>({
  complaints: [
    async ({ page }, use) => {
      const heard: string[] = [];
      const allowed: RegExp[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") heard.push(`${message.text()} (${message.location().url})`);
      });
      page.on("pageerror", (error) => heard.push(error.message));
      await use({ allow: (pattern) => allowed.push(pattern) });
      expect(heard.filter((text) => !allowed.some((pattern) => pattern.test(text)))).toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens a page and waits until its headline is there and nothing is loading. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await settled(page);
}

export async function settled(page: Page): Promise<void> {
  await expect(page.locator("main h1").first()).toBeVisible();
  await expect(page.locator("main [role=status]")).toHaveCount(0);
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
}

/** "8,476" as 8476; what is not a whole number (a share, a word) as null. */
export function wholeNumber(text: string): number | null {
  const digits = text.trim().replaceAll(",", "");
  return /^\d+$/.test(digits) ? Number(digits) : null;
}

export interface Opening {
  n: number;
  href: string;
}

/** The numbers among these links, with the lists they open. */
export async function openings(links: Locator): Promise<Opening[]> {
  const found: Opening[] = [];
  for (const link of await links.all()) {
    const n = wholeNumber((await link.textContent()) ?? "");
    const href = await link.getAttribute("href");
    if (n !== null && href) found.push({ n, href });
  }
  return found;
}

/** The number of people the open list says it has. */
export async function listed(page: Page): Promise<number> {
  await settled(page);
  return Number(await page.locator("main h1[data-n-total]").getAttribute("data-n-total"));
}

/** Walks a list to its end and counts every row; no person may be met twice. */
export async function countRows(page: Page): Promise<number> {
  const seen = new Set<string>();
  for (;;) {
    await settled(page);
    const people = await page
      .locator("main [data-person]")
      .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-person") ?? ""));
    for (const person of people) {
      expect(seen.has(person), `${person} is listed twice`).toBe(false);
      seen.add(person);
    }
    const next = page.getByRole("button", { name: "Next →" });
    if ((await next.count()) === 0 || (await next.isDisabled())) return seen.size;
    const before = page.url();
    await next.click();
    await expect(page).not.toHaveURL(before);
    await expect(page.locator("main [data-person]").first()).not.toHaveAttribute("data-person", people[0] ?? "");
  }
}

export { expect };
