// The matrix: counts that open their people, a day that can be moved, and a migration whose numbers are lists.
import { expect, listed, open, openings, settled, test } from "./house";

test("each cell opens its people", async ({ page }) => {
  await open(page, "/matrix");
  const cells = await openings(page.locator("[data-matrix] a[data-list]"));
  expect(cells.length).toBe(6);
  for (const { n, href } of cells) {
    await open(page, href);
    expect(await listed(page), href).toBe(n);
  }
});

test("the flow is drawn, and its table's numbers are lists", async ({ page }) => {
  test.setTimeout(120_000);
  await open(page, "/matrix");
  await expect(page.getByRole("img", { name: /Who moved/ }).locator("canvas")).toBeVisible();
  await page.getByRole("button", { name: "table" }).click();
  await expect(page).toHaveURL(/view=table/);
  const moved = await openings(page.locator("table a[data-list]"));
  expect(moved.length).toBeGreaterThan(0);
  for (const { n, href } of moved.slice(0, 12)) {
    await open(page, href);
    expect(await listed(page), href).toBe(n);
  }
});

test("the day moves by month and by slider", async ({ page }) => {
  await open(page, "/matrix");
  await page.getByRole("button", { name: "← a month" }).click();
  await expect(page).toHaveURL(/on=1998-05-30/);
  await settled(page);
  await page.getByRole("slider", { name: "Day" }).press("ArrowLeft");
  await expect(page).toHaveURL(/on=1998-05-29/);
  await settled(page);
  await expect(page.getByRole("heading", { name: "Who stands where on 29 May 1998" })).toBeVisible();
});

test("the quarters of value open their people, and everybody is in one", async ({ page }) => {
  await open(page, "/matrix");
  const quarters = await openings(page.locator("[data-quadrants] a[data-list]"));
  expect(quarters.length).toBe(4);
  for (const { n, href } of quarters) {
    await open(page, href);
    expect(await listed(page), href).toBe(n);
  }
  await open(page, "/people");
  expect(quarters.reduce((sum, { n }) => sum + n, 0)).toBe(await listed(page));
});
