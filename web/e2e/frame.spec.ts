// The frame: narrow and enlarged pages, colours, the palette, the help, the keyboard.
import { complaintsOf } from "./axe";
import { expect, open, PAGES, settled, test } from "./house";

const SIZES = [
  { name: "360 px", width: 360, height: 740 },
  { name: "200 % zoom", width: 640, height: 400 },
  { name: "1280 px", width: 1280, height: 800 },
];

for (const { name, width, height } of SIZES) {
  test(`no page scrolls sideways at ${name}`, async ({ page }) => {
    test.setTimeout(120_000);
    await page.setViewportSize({ width, height });
    await open(page, "/people");
    const person = (await page.locator("[data-walk]").first().getAttribute("href")) ?? "";
    for (const path of [...PAGES, person, `${person.split("?")[0]}?why=degree`]) {
      await open(page, path);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over, path).toBeLessThanOrEqual(0);
    }
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`nobody stumbles over a page in ${colorScheme} colours`, async ({ page }) => {
    test.setTimeout(240_000);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await open(page, "/people");
    const person = (await page.locator("[data-walk]").first().getAttribute("href")) ?? "";
    for (const path of [...PAGES, "/offers", "/catalogue", "/occasions", person]) {
      await open(page, path);
      expect(await complaintsOf(page), path).toEqual([]);
    }
  });
}

test("every page has one headline and a name", async ({ page }) => {
  test.setTimeout(120_000);
  for (const path of PAGES) {
    await open(page, path);
    await expect(page.locator("h1"), path).toHaveCount(1);
    await expect(page, path).toHaveTitle(/^.+ · Parlour$/);
  }
});

test("the palette leads to pages, people and things to do", async ({ page }) => {
  await open(page, "/");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find" }).fill("matr");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/matrix/);
  await settled(page);
  for (const [word, path] of [
    ["at risk", "leaving"],
    ["newcomers", "growth"],
    ["cohort", "cohorts"],
    ["audience", "audiences"],
  ]) {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Find" }).fill(word ?? "");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`/${path}`));
    await settled(page);
  }
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find" }).fill("00001");
  await expect(page.getByRole("option").filter({ hasText: "00001" }).first()).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/people\/.+00001/);
});

test("colours are chosen, and stay chosen", async ({ page }) => {
  await open(page, "/");
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await paper();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find" }).fill("dark colours");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  expect(await paper()).not.toBe(before);
  await page.reload();
  await settled(page);
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
});

test("the help opens, and single letters can be switched off", async ({ page }) => {
  await open(page, "/people");
  await page.keyboard.press("?");
  const help = page.getByRole("dialog");
  await expect(help).toContainText("next and previous line");
  await help.getByRole("switch").press("Space");
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
  await page.keyboard.press("j");
  await expect(page.locator("[data-walk]:focus")).toHaveCount(0);
});

test("the first Tab offers to skip to the page", async ({ page }) => {
  await open(page, "/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the page" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
});

test("a page that is not there says so", async ({ page }) => {
  await page.goto("/no-such-page");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no such page.");
});
