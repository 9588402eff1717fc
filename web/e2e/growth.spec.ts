// Growth and Cohorts: accounts that balance, numbers that are lists, and the known numbers of the sample.
import type { Accounts } from "../src/api/types";
import { expect, listed, open, openings, settled, test } from "./house";

test("February 1997 came to 9,633 active: 8,476 new, 6,689 gone, and newcomers hid a loss", async ({ page }) => {
  await open(page, "/growth?view=table&on=1997-09-30");
  const row = page.getByRole("row", { name: /February 1997/ });
  await expect(row).toContainText("7,846");
  await expect(row).toContainText("9,633");
  await expect(row).toContainText("yes");
  expect((await openings(row.locator("a[data-list]"))).map(({ n }) => n)).toEqual([7846, 8476, 6689, 9633]);
  await row.getByRole("link", { name: "6,689" }).click();
  await settled(page);
  expect(await listed(page)).toBe(6689);
  await expect(page.locator("main h1")).toContainText("6,689 people whose activity ended in February 1997");
});

for (const base of ["active", "engaged", "degree", "value"]) {
  test(`every number of the account of ${base} opens a list of exactly that many`, async ({ page }) => {
    test.setTimeout(120_000);
    const answered = page.waitForResponse((answer) => answer.url().includes("/api/v1/accounts?"));
    await open(page, `/growth?base=${base}&period=1997-03&on=1997-06-30`);
    const { rows } = (await (await answered).json()) as Accounts;
    for (const { before, after, moves } of rows) {
      const sign = { new: 1, returned: 1, grew: 1, stayed: 0, shrank: -1, turned: -1, gone: -1 };
      expect(moves.reduce((sum, move) => sum + sign[move.change] * move.amount, before)).toBe(after);
    }
    await expect(page.locator("[data-account='1997-03']")).toBeVisible();
    const all = await openings(page.locator("[data-account] a[data-list]"));
    expect(all.length).toBeGreaterThan(1);
    for (const { n, href } of all) {
      await open(page, href);
      expect(await listed(page), href).toBe(n);
    }
  });
}

test("the base, the period and the slice live in the address, and the chart is drawn", async ({ page }) => {
  await open(page, "/growth");
  await page.getByRole("button", { name: "engaged people" }).click();
  await expect(page).toHaveURL(/base=engaged/);
  await page.getByRole("button", { name: "week", exact: true }).click();
  await expect(page).toHaveURL(/by=week/);
  await page.getByLabel("first came in").selectOption("1997-01");
  await expect(page).toHaveURL(/acquired=1997-01/);
  await page.reload();
  await settled(page);
  await expect(page.getByRole("button", { name: "engaged people" })).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("img", { name: /People who were engaged/ }).locator("canvas")).toBeVisible();
  await page.getByRole("button", { name: "table", exact: true }).click();
  await expect(page.getByRole("rowheader", { name: /week \d+ of 1998/ }).first()).toBeVisible();
});

test("the accounts can be had as CSV", async ({ page }) => {
  await open(page, "/growth");
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: /as CSV/ }).click();
  expect((await waiting).suggestedFilename()).toMatch(/^parlour-people-who-were-active.*\.csv$/);
});

test("cohorts hold the people who came, and each cell is a list", async ({ page }) => {
  test.setTimeout(120_000);
  await open(page, "/cohorts");
  await expect(page.locator(".heat tbody tr")).toHaveCount(3);
  const cohorts = await openings(page.locator(".heat a[data-list]"));
  expect(cohorts.map(({ n }) => n)).toEqual([7846, 8476, 7248]);
  for (const { n, href } of cohorts) {
    await open(page, href);
    expect(await listed(page), href).toBe(n);
  }
  await open(page, "/cohorts");
  const cells = await page
    .locator(".heat td[data-n]")
    .evaluateAll((found) =>
      found.map((cell) => [Number(cell.getAttribute("data-n")), cell.querySelector("a")?.getAttribute("href") ?? ""]),
    );
  for (const [n, href] of [cells[1], cells[20], cells.at(-1)] as [number, string][]) {
    await open(page, href);
    expect(await listed(page), href).toBe(n);
  }
});

test("who survives by each window is a list; the curves follow the switches", async ({ page }) => {
  test.setTimeout(120_000);
  await open(page, "/cohorts?counted=engaged&made_by=engaged");
  await expect(page.getByRole("img", { name: /How many of each cohort are engaged/ }).locator("canvas")).toBeVisible();
  await page.getByRole("button", { name: "who is active" }).click();
  await expect(page).not.toHaveURL(/counted=/);
  await settled(page);
  const survivors = await openings(page.locator("table.tight.cards a[data-list]"));
  expect(survivors.length).toBe(9);
  for (const { n, href } of survivors.slice(0, 4)) {
    await open(page, href);
    expect(await listed(page), href).toBe(n);
  }
});

test("where nobody came, it says so and offers to look further back", async ({ page }) => {
  await open(page, "/cohorts?by=week");
  await expect(page.getByText("Nobody came in the last 18 weeks")).toBeVisible();
  await page.getByRole("button", { name: "Look at the last 120" }).click();
  await expect(page).toHaveURL(/n=120/);
  await settled(page);
  await expect(page.locator(".heat tbody tr").first()).toContainText("of 1997");
});

for (const path of ["/leaving", "/growth", "/cohorts"]) {
  test(`${path} says that nobody is in a slice, and shows everybody again`, async ({ page }) => {
    await open(page, `${path}?layer=game`);
    await expect(page.locator("main h1")).toHaveText("Nobody is in this slice.");
    await page.getByRole("button", { name: "Show everybody" }).click();
    await expect(page).not.toHaveURL(/layer=/);
    await settled(page);
    await expect(page.locator("main h1")).not.toHaveText("Nobody is in this slice.");
  });
}
