// Signing in: a link works once, leaves no token in the address, and says what to do when it no longer works.
import { expect, SESSION, test } from "./house";

const link = process.env.PARLOUR_SIGN_IN ?? "";

test.describe.configure({ mode: "serial" });

test("who is not signed in is told how to", async ({ page, complaints }) => {
  complaints.allow(/401/);
  await page.goto("/people?flow=stayed");
  await expect(page).toHaveURL(/\/sign-in\?then=/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in.");
  await expect(page.getByText("parlour serve")).toBeVisible();
  await expect(page.locator("pre", { hasText: "parlour sign-in" })).toBeVisible();
});

test("a link signs in and leaves no token behind", async ({ page }) => {
  expect(link, "PARLOUR_SIGN_IN must hold an unused link").toMatch(/\/sign-in\?token=/);
  await page.goto(link);
  await expect(page).toHaveURL(/\/$/);
  await expect(page.locator("main h1")).toBeVisible();
  expect(await page.evaluate(() => document.cookie), "scripts must not see the session").toBe("");
  await page.context().storageState({ path: SESSION });
});

test("a used link says so", async ({ page, complaints }) => {
  complaints.allow(/401/);
  await page.goto(link);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This link was used already, or its time is up.");
  await expect(page).toHaveURL(/\/sign-in$/);
  await expect(page.locator("pre", { hasText: "parlour sign-in" })).toBeVisible();
});
