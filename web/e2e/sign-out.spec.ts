// Signing out: last of all, because it ends the session the other tests share.
import { expect, open, test } from "./house";

test("signing out ends the session on the server", async ({ page, complaints }) => {
  complaints.allow(/401/);
  await open(page, "/settings?tab=browser");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You are signed out.");
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in/);
});
