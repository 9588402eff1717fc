// Signs in to the house that visitors write to.
import { expect, test, VISITORS_SESSION } from "./house";

test("somebody of the Desk is there", async ({ page, complaints }) => {
  // Nobody is here yet.
  complaints.allow(/404/);
  await page.goto(process.env.PARLOUR_VISITORS_SIGN_IN ?? "");
  await expect(page.locator("main h1")).toBeVisible();
  await page.context().storageState({ path: VISITORS_SESSION });
});
