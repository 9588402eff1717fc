// Leaving: its numbers are lists, its list is ranked, chosen from, taken away and kept; it says how long engagement lasts.
import { readFile } from "node:fs/promises";
import type { Leaving } from "../src/api/types";
import { expect, listed, open, openings, settled, test, wholeNumber } from "./house";

test("every number of the sentence and of the curve opens a list of exactly that many", async ({ page }) => {
  test.setTimeout(120_000);
  await open(page, "/leaving?still=table");
  const all = await openings(page.locator("main [data-list]"));
  expect(all.length).toBeGreaterThan(6);
  for (const { n, href } of all) {
    await open(page, href);
    expect(await listed(page), href).toBe(n);
  }
});

test("each kind says how many it has, and lists them by what is at risk", async ({ page }) => {
  const answered = page.waitForResponse((answer) => answer.url().includes("/api/v1/leaving?"));
  await open(page, "/leaving?on=1997-09-30");
  const { kinds } = (await (await answered).json()) as Leaving;
  expect(kinds.length).toBe(4);
  for (const kind of kinds.filter(({ n }) => n > 0)) {
    await page.locator(`[data-kind=${kind.stage}]`).click();
    await settled(page);
    await expect(page.locator(`[data-kind=${kind.stage}]`)).toHaveAttribute("aria-selected", "true");
    await expect(page.locator(`[data-kind=${kind.stage}] .figure`)).toContainText(kind.n.toLocaleString("en-GB"));
    await expect(page.locator(".pager")).toContainText(`${kind.n.toLocaleString("en-GB")} people`);
    const atRisk = await page
      .locator("[data-at-risk]")
      .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-at-risk"))));
    expect(atRisk.length).toBe(Math.min(25, kind.n));
    expect(atRisk).toEqual([...atRisk].sort((a, b) => b - a));
  }
});

test("the order follows a head, is kept in the address, and turns round", async ({ page }) => {
  await open(page, "/leaving?kind=lapsed");
  const chances = () =>
    page
      .locator("[data-p-alive]")
      .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-p-alive"))));
  await page.getByRole("button", { name: "Still there" }).click();
  await expect(page).toHaveURL(/sort=p_alive/);
  await settled(page);
  await expect(page.getByRole("columnheader", { name: "Still there" })).toHaveAttribute("aria-sort", "descending");
  const falling = await chances();
  expect(falling).toEqual([...falling].sort((a, b) => b - a));
  await page.getByRole("button", { name: "Still there" }).click();
  await expect(page).toHaveURL(/order=asc/);
  await settled(page);
  const rising = await chances();
  expect(rising).toEqual([...rising].sort((a, b) => a - b));
  await page.reload();
  await settled(page);
  expect(await chances()).toEqual(rising);
});

test("the kinds are walked with the arrows", async ({ page }) => {
  await open(page, "/leaving");
  const tabs = page.getByRole("tab");
  await tabs.first().focus();
  await page.keyboard.press("ArrowRight");
  await expect(tabs.nth(1)).toHaveAttribute("aria-selected", "true");
  await expect(tabs.nth(1)).toBeFocused();
  await expect(page).toHaveURL(/kind=/);
  await page.keyboard.press("End");
  await expect(tabs.nth(3)).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(tabs.first()).toBeFocused();
});

test("people are chosen one by one, by range, and over pages, and taken away as CSV", async ({ page }) => {
  await open(page, "/leaving?kind=lapsed");
  const boxes = page.locator("tbody input[type=checkbox]");
  await boxes.nth(1).click();
  await boxes.nth(4).click({ modifiers: ["Shift"] });
  await expect(page.locator("tr[data-chosen]")).toHaveCount(4);
  await boxes.nth(2).press("Space");
  await expect(page.locator("tr[data-chosen]")).toHaveCount(3);
  await page.getByRole("button", { name: "Next →" }).click();
  await expect(page).toHaveURL(/page=/);
  await settled(page);
  await page.getByLabel("Choose everybody on this page").check();
  await expect(page.locator("tr[data-chosen]")).toHaveCount(25);
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export 28 chosen as CSV" }).click();
  const lines = (await readFile(await (await waiting).path(), "utf8")).trim().split("\r\n");
  expect(lines.length).toBe(29);
  expect(lines[0]).toContain("at_risk_minor");
  await page.getByRole("button", { name: "choose none" }).click();
  await expect(page.locator("tr[data-chosen]")).toHaveCount(0);
});

test("the whole list can be had as CSV, every person once", async ({ page }) => {
  await open(page, "/leaving?kind=lapsed");
  const button = page.getByRole("button", { name: /^Export all [\d,]+ as CSV$/ });
  const n = wholeNumber(((await button.textContent()) ?? "").replace(/\D/g, ""));
  const waiting = page.waitForEvent("download");
  await button.click();
  const lines = (await readFile(await (await waiting).path(), "utf8")).trim().split("\r\n").slice(1);
  expect(lines.length).toBe(n);
  expect(new Set(lines.map((line) => line.split(",")[0])).size).toBe(n);
});

test("why? opens the arithmetic and leaves the page where it was", async ({ page }) => {
  await open(page, "/leaving?kind=lapsed");
  await page.getByRole("button", { name: "Next →" }).click();
  await expect(page).toHaveURL(/page=/);
  await settled(page);
  await page
    .getByRole("button", { name: /^Why these numbers of/ })
    .first()
    .click();
  await expect(page.getByRole("dialog").locator("[data-why=worth]")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page).toHaveURL(/page=/);
});

test("a slice narrows every number, and its lists with it", async ({ page }) => {
  await open(page, "/leaving");
  const before = await openings(page.locator("main h1 [data-list]"));
  await page.getByLabel("first came in").selectOption("1997-02");
  await expect(page).toHaveURL(/acquired=1997-02/);
  await settled(page);
  const numbers = await openings(page.locator("main h1 [data-list]"));
  expect(numbers[1]?.n).toBeLessThan(before[1]?.n ?? 0);
  for (const { n, href } of numbers) {
    await open(page, href);
    expect(await listed(page), href).toBe(n);
    await expect(page.locator("main h1")).toContainText("first came in February 1997");
  }
});

test("the curve is drawn, with its finding in words", async ({ page }) => {
  await open(page, "/leaving?on=1998-06-30");
  await expect(page.locator(".finding")).toContainText(
    /Half of those who are engaged no longer are after about \d+ days/,
  );
  await page.locator(".finding").scrollIntoViewIfNeeded();
  await expect(page.getByRole("img", { name: /How many of those engaged/ }).locator("canvas")).toBeVisible();
});
