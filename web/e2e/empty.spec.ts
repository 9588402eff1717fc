// A house without people: it says how to get the first data in, and loads the sample with a bar that moves.
import { expect, test } from "./house";

test("from nothing to the sample", async ({ page, complaints }) => {
  // What is asked before anything is there is answered with 404, code `no_data`.
  complaints.allow(/404/);
  test.setTimeout(180_000);
  await page.goto(process.env.PARLOUR_EMPTY_SIGN_IN ?? "");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Nobody is here yet.");
  await expect(page.getByText(/parlour import/)).toBeVisible();
  await page.getByRole("button", { name: "Load the sample" }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(page.locator("[data-matrix]")).toBeVisible({ timeout: 150_000 });
  await expect(page.getByText("sample", { exact: true })).toBeVisible();
});
