// Audiences: made from a list, counted like it, a filter elsewhere, renamed, and deleted once it was said what is lost.
import type { Page } from "@playwright/test";
import { expect, listed, open, settled, test, wholeNumber } from "./house";

async function make(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: /^Make an audience of/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await page.keyboard.press("Enter");
  await expect(dialog.locator("[data-said]")).toContainText(`“${name}” has`);
}

async function remove(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `Delete ${name}`, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("are lost");
  await expect(dialog.getByRole("button", { name: "Leave it" })).toBeFocused();
  await dialog.getByRole("button", { name: "Delete it" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("rowheader", { name, exact: true })).toHaveCount(0);
}

test("made from People, counted like its list, renamed and deleted", async ({ page }) => {
  const [name, other] = ["Steady customers", "Good and steady"];
  await open(page, "/people?quadrant=best&direction=steady");
  const n = await listed(page);
  await make(page, name);
  await page.getByRole("dialog").getByRole("link", { name: "All audiences" }).click();
  await expect(page).toHaveURL(/\/audiences$/);
  await settled(page);
  const row = page.getByRole("row", { name: new RegExp(name) });
  await expect(row).toContainText("who are steady");
  expect(wholeNumber((await row.locator("a[data-list]").textContent()) ?? "")).toBe(n);
  await row.locator("a[data-list]").click();
  expect(await listed(page)).toBe(n);
  await expect(page.locator("main h1")).toContainText(`of the audience “${name}”`);

  await open(page, "/audiences");
  await page.getByRole("button", { name: `Rename ${name}` }).click();
  await page.getByRole("dialog").getByLabel("Name").fill(other);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("rowheader", { name: other })).toBeVisible();
  await remove(page, other);
});

test("made from Leaving, and a slice of Growth", async ({ page }) => {
  const name = "Lapsed, for growth";
  await open(page, "/leaving?kind=lapsed");
  await make(page, name);
  await page.keyboard.press("Escape");
  await open(page, "/growth?base=active");
  const whole = await page.locator("[data-account]").textContent();
  await page.getByLabel("audience").selectOption({ label: name });
  await expect(page).toHaveURL(/audience=\d+/);
  await settled(page);
  await expect(page.locator("[data-account]")).not.toHaveText(whole ?? "");
  await open(page, "/audiences");
  await remove(page, name);
});

test("a list narrowed by an audience cannot become one, and says why", async ({ page }) => {
  const name = "On the web";
  await open(page, "/people?layer=web");
  const n = await listed(page);
  await make(page, name);
  await open(page, "/audiences");
  const row = page.getByRole("row", { name: new RegExp(name) });
  await row.locator("a[data-list]").click();
  expect(await listed(page)).toBe(n);
  await page.getByRole("button", { name: /^Make an audience of/ }).click();
  await expect(page.getByRole("dialog").locator("[data-misplaced]")).toContainText("narrowed by the audience");
  await open(page, "/audiences");
  await remove(page, name);
});

test("made of exactly the people chosen on Leaving; a name belongs to one", async ({ page, complaints }) => {
  complaints.allow(/400/);
  const name = "Three to call";
  await open(page, "/leaving?kind=lapsed");
  for (const at of [0, 1, 2]) await page.locator("[data-person] input[type=checkbox]").nth(at).check();
  await expect(page.getByRole("button", { name: "Make an audience of these 3 people" })).toBeVisible();
  await make(page, name);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Make an audience of/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("alert")).toContainText("the name of another audience");
  await page.keyboard.press("Escape");
  await open(page, "/audiences");
  const row = page.getByRole("row", { name: new RegExp(name) });
  await row.locator("a[data-list]").click();
  expect(await listed(page)).toBe(3);
  await open(page, "/audiences");
  await remove(page, name);
});

for (const path of ["/people", "/leaving", "/growth"]) {
  test(`${path} narrowed to an audience that is gone says so, and leads back`, async ({ page, complaints }) => {
    complaints.allow(/404/);
    await page.goto(`${path}?audience=987654`);
    await expect(page.getByRole("alert")).toContainText("may have been deleted");
    await page.getByRole("button", { name: "Show everybody" }).click();
    await expect(page).not.toHaveURL(/audience=/);
    await settled(page);
  });
}
