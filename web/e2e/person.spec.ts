// One person: a sentence, the derived values, and arithmetic that adds up to what is shown.
import type { Page } from "@playwright/test";
import { expect, open, settled, test } from "./house";

async function openFirst(page: Page, list: string): Promise<void> {
  await open(page, list);
  await page.locator("[data-walk]").first().click();
  await expect(page).toHaveURL(/\/people\/.+/);
  await settled(page);
}

test("the page says who this is", async ({ page }) => {
  await openFirst(page, "/people?sort=value");
  for (const term of [
    "Degree",
    "Kind",
    "Direction",
    "Value",
    "Cell",
    "Stage",
    "Own rhythm",
    "Chance to be here",
    "Year ahead",
    "At risk",
    "Behind and ahead",
  ]) {
    await expect(page.locator("dt").filter({ hasText: term }).first()).toBeVisible();
  }
  for (const part of ["What happened, and where", "With whom", "Footprint", "Ids in this person"]) {
    await expect(page.getByRole("heading", { level: 2, name: part })).toBeVisible();
  }
  await expect(page.locator(".happened li").first()).toContainText("bought");
});

for (const of of ["involvement", "degree", "kind", "cell", "direction", "rhythm", "stage", "value", "worth"]) {
  test(`why this ${of}? adds up`, async ({ page }) => {
    await openFirst(page, "/people?sort=value");
    const address = new URL(page.url());
    address.searchParams.set("why", of);
    await page.goto(address.href);
    const drawer = page.getByRole("dialog");
    await expect(drawer.locator(`[data-why=${of}]`)).toBeVisible();
    const amounts = await drawer
      .locator("[data-amount]")
      .evaluateAll((parts) => parts.map((part) => Number(part.getAttribute("data-amount"))));
    if (amounts.length > 0) {
      const total = Number(await drawer.locator("[data-total]").getAttribute("data-total"));
      expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(total);
      expect(amounts.every((amount) => Number.isInteger(amount))).toBe(true);
    }
    const steps = await drawer.locator("tbody tr").count();
    expect(amounts.length + steps, "neither contributions nor steps").toBeGreaterThan(0);
  });
}

test("why? opens from its word and closes with Escape", async ({ page }) => {
  await openFirst(page, "/people?sort=value");
  await page.getByRole("button", { name: "Why this degree?" }).click();
  await expect(page).toHaveURL(/why=degree/);
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page).not.toHaveURL(/why=/);
});

test("who does not exist is said so, with a way back", async ({ page, complaints }) => {
  complaints.allow(/404/);
  await page.goto("/people/customer%3Anobody-by-this-name");
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.locator(".top").getByRole("link", { name: "People" })).toBeVisible();
});
