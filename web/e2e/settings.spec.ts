// Settings: the sums of the sample agree, and the vocabulary says how often each verb was seen.
import { expect, open, test, wholeNumber } from "./house";

test("everything that was accepted is counted", async ({ page }) => {
  await open(page, "/settings");
  // What is overdue is noted by the server itself, so there may be more than was loaded.
  const sum = /is counted: ([\d,]+) accepted = ([\d,]+) folded \+ 0 duplicate \+ 0 waiting\.$/;
  await expect(page.locator("main h1")).toHaveText(sum);
  const [, accepted, folded] = sum.exec((await page.locator("main h1").textContent()) ?? "") ?? [];
  expect(accepted).toBe(folded);
  expect(wholeNumber(accepted ?? "")).toBeGreaterThanOrEqual(141_612);
  await expect(page.getByText("All is well")).toBeVisible();
});

test("the verbs are listed with what they are worth", async ({ page }) => {
  await open(page, "/settings?tab=weights");
  const bought = page.getByRole("region", { name: "Verbs" }).getByRole("row").filter({ hasText: "BuyAction" }).first();
  await expect(bought).toContainText("bought");
  await expect(bought).toContainText("79,793");
  await expect(page.getByRole("region", { name: "Parameters" }).getByRole("row").nth(1)).toBeVisible();
});

test("the tabs lead to what they say", async ({ page }) => {
  await open(page, "/settings");
  await page.getByRole("tab", { name: "Rejections" }).click();
  await expect(page).toHaveURL(/tab=rejected/);
  await expect(page.locator("main h1")).toHaveText("Nothing waits to be mended.");
  await page.getByRole("tab", { name: "You" }).click();
  await expect(page.getByText(/Signed in as/)).toBeVisible();
});
