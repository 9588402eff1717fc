// Models: what is claimed can be read off the table, and the calibration has its numbers.
import { expect, open, test } from "./house";

test("the nearest model has the least squared error of those that the people determine", async ({ page }) => {
  await open(page, "/models?on=1998-06-30");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("came nearest from");
  const answer = await page.request.get("/api/v1/models?on=1998-06-30");
  const data = await answer.json();
  const forComparison = ["bg_nbd", "nbd"];
  const sure = data.models.filter(
    (model: { name: string; not_identified: unknown }) =>
      model.not_identified === null && !forComparison.includes(model.name),
  );
  const least = Math.min(...sure.map((model: { plain: { rmse: number } }) => model.plain.rmse));
  const chosen = data.models.find((model: { name: string }) => model.name === data.chosen);
  expect(chosen.plain.rmse).toBe(least);
  const row = page.getByRole("row").filter({ hasText: "nearest" });
  await expect(row).toContainText(chosen.title);
  await expect(row).toContainText(chosen.plain.rmse.toFixed(3));
  await expect(page.getByText("Gone after 60 days of silence")).toBeVisible();
});

test("the calibration is told as a table too", async ({ page }) => {
  await open(page, "/models?calibration=table");
  await expect(page.getByRole("table", { name: /Forecast and what happened/ })).toBeVisible();
});
