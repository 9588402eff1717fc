// Definitions: the finding, numbers that are lists, a matrix that can be saved, and one person through every lens.
import { readFileSync } from "node:fs";
import { expect, listed, open, openings, settled, test } from "./house";

test("the finding's numbers and each definition's engaged are lists", async ({ page }) => {
  test.setTimeout(120_000);
  await open(page, "/definitions");
  await expect(page.locator("main h1")).toContainText("agree most");
  const told = await openings(page.locator("main h1 a[data-list], table.cards a[data-list]"));
  expect(told.length).toBeGreaterThan(8);
  for (const { n, href } of told) {
    await open(page, href);
    expect(await listed(page), href).toBe(n);
  }
});

test("the matrix has a number in every cell, and becomes a file", async ({ page }) => {
  await open(page, "/definitions");
  const matrix = page.getByRole("group", { name: "How far they rank the same people alike" });
  const n = await matrix.locator("tbody tr").count();
  expect(n).toBeGreaterThan(8);
  await expect(matrix.locator("tbody td")).toHaveCount(n * n);
  for (const text of await matrix.locator("tbody td").allTextContents()) expect(text).toMatch(/^(·|—|−?\d\.\d\d)$/);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "How far they rank the same people alike as CSV" }).click();
  const lines = readFileSync(await (await saved).path(), "utf8")
    .trim()
    .split("\r\n");
  expect(lines.length).toBe(n + 1);
});

test("what cannot be judged is said, with its reason; sources open with the keyboard", async ({ page }) => {
  await open(page, "/definitions");
  const minutes = page.getByRole("row").filter({ hasText: "Nielsen//NetRatings" });
  await expect(minutes).toContainText("Judges nobody: no time was ever sent");
  const source = minutes.locator("summary");
  await source.focus();
  await source.press("Enter");
  await expect(minutes.getByText("release of 10 July 2007")).toBeVisible();
});

test("whom they differ on opens, and each definition says why", async ({ page }) => {
  await open(page, "/definitions");
  await page.locator("[data-walk]").first().click();
  await expect(page).toHaveURL(/\/people\/.+/);
  await settled(page);
  const part = page.locator("[data-definitions]");
  await part.scrollIntoViewIfNeeded();
  await expect(part.locator("tbody tr")).toHaveCount(21);
  await expect(part).toContainText("definitions that can say call");
  await part.locator("summary[aria-label='Why: Recency']").click();
  await expect(part.getByText("days since the last active one")).toBeVisible();
});
