// Today: every number opens the list that makes it, with exactly as many people; the growth table holds the known numbers.
import { countRows, expect, listed, open, openings, settled, test } from "./house";

test("it opens with a sentence and shows every part", async ({ page }) => {
  await open(page, "/");
  await expect(page.locator("main h1 a[data-list]").first()).toBeVisible();
  for (const part of [
    "Where they engage",
    "Who stands where",
    "Fell lately",
    "Due in the last week, and silent",
    "Stages",
  ]) {
    await expect(page.getByRole("heading", { level: 2, name: part })).toBeVisible();
  }
  await expect(page.getByRole("img", { name: /People who became engaged/ }).locator("canvas")).toBeVisible();
});

test("every number opens a list of exactly that many", async ({ page }) => {
  test.setTimeout(180_000);
  await open(page, "/");
  const all = await openings(page.locator("main [data-list]"));
  expect(all.length).toBeGreaterThan(10);
  for (const { n, href } of all) {
    await open(page, href);
    expect(await listed(page), href).toBe(n);
  }
});

test("a list has as many rows as it says, to the last page", async ({ page }) => {
  await open(page, "/");
  const all = await openings(page.locator("main [data-list]"));
  const some = all.filter(({ n }) => n > 0 && n <= 600).sort((a, b) => b.n - a.n)[0] ?? all[0];
  if (!some) throw new Error("Today has no number that opens a list");
  await open(page, some.href);
  expect(await countRows(page)).toBe(some.n);
});

test("the growth table says February 1997: 9,633 active, 8,476 of them new", async ({ page }) => {
  await open(page, "/?show=active&view=table");
  const row = page.getByRole("row", { name: /February 1997/ });
  const numbers = (await openings(row.locator("a[data-list]"))).map(({ n }) => n);
  expect(numbers).toEqual([9633, 8476, 1157, 0, 6689]);
  await row.getByRole("link", { name: "8,476" }).click();
  await settled(page);
  expect(await listed(page)).toBe(8476);
  await expect(page.locator("main h1")).toContainText("8,476 people who came for the first time in February 1997");
});

test("the table can be had as CSV", async ({ page }) => {
  await open(page, "/?show=active&view=table");
  const waiting = page.waitForEvent("download");
  await page
    .getByRole("button", { name: /as CSV/ })
    .first()
    .click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/^parlour-.*\.csv$/);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString("utf8")).toMatch(/1997-02,9633,8476,1157,0,6689/);
});

test("weeks can be shown instead of months", async ({ page }) => {
  await open(page, "/?show=active&view=table");
  await page.getByRole("button", { name: "week", exact: true }).click();
  await expect(page).toHaveURL(/by=week/);
  await expect(page.getByRole("rowheader", { name: /week \d+ of 199[78]/ }).first()).toBeVisible();
});

test("another day is kept in the address and survives a reload", async ({ page }) => {
  await open(page, "/");
  await page.getByRole("button", { name: /change the days/ }).click();
  await page.getByLabel("On", { exact: true }).fill("1997-12-31");
  await page.getByLabel("Compared with").fill("1997-09-30");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/on=1997-12-31/);
  await settled(page);
  const sentence = await page.locator("main h1").textContent();
  await page.reload();
  await settled(page);
  await expect(page.getByRole("button", { name: /on 31 December 1997/ })).toBeVisible();
  expect(await page.locator("main h1").textContent()).toBe(sentence);
});

test("a simulated shop stands beside the real purchases, and says so", async ({ page }) => {
  await open(page, "/");
  await expect(page.getByRole("note")).toHaveCount(0);
  await page.getByLabel("Object").selectOption({ label: "Simulated shop" });
  await expect(page).toHaveURL(/object=brand(:|%3A)simulated-shop/);
  for (const path of ["/", "/matrix", "/leaving", "/growth", "/cohorts", "/models"]) {
    await open(page, `${path}?object=brand:simulated-shop`);
    await expect(page.getByRole("note")).toContainText("nobody here exists");
    await expect(page.locator(".top .tag")).toHaveText("simulated");
  }
  await open(page, "/?object=brand:simulated-shop");
  await expect(page.getByText("social")).toBeVisible();
});
