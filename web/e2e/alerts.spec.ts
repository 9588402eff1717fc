// Alerts of the sample, marked and followed to the person behind them; and where alerts are sent.
import { expect, open, settled, test } from "./house";

test("an alert leads to the person behind it, and is marked once looked at", async ({ page }) => {
  // The look is made when the server has started, which may still be under way.
  await expect(async () => {
    await open(page, "/alerts");
    expect(await page.locator("main [data-alert]").count()).toBeGreaterThan(1);
  }).toPass({ timeout: 45_000 });
  const wire = page.locator("main [data-alert]").filter({ hasText: "did not come" }).first();
  const id = await wire.getAttribute("data-alert");
  const person = (await wire.locator("b").textContent())?.split(" ")[0] ?? "";
  await wire.getByRole("link").first().click();
  await settled(page);
  await expect(page).toHaveURL(/on=1998-06-30/);
  await expect(page.locator("main h1")).toContainText(person.replace("customer:", ""));
  await open(page, "/alerts");
  const before = Number(
    /\d+/.exec((await page.getByRole("link", { name: /^Alerts, \d+/ }).getAttribute("aria-label")) ?? "")?.[0],
  );
  await page
    .locator(`main [data-alert="${id}"]`)
    .getByRole("button", { name: /^Mark as looked at/ })
    .click();
  await expect(page.locator(`main [data-alert="${id}"]`)).toHaveCount(0);
  await expect(page.getByRole("link", { name: `Alerts, ${before - 1} not looked at yet` })).toBeVisible();
  await page.getByRole("button", { name: "looked at", exact: true }).click();
  await expect(page.locator(`main [data-alert="${id}"]`)).toBeVisible();
});

test("an address is added, tried, and deleted; its secret is shown once", async ({ page }) => {
  await open(page, "/settings?tab=deliveries");
  await page.getByRole("button", { name: "Add an address" }).click();
  // A name that leads to this machine: it may be added, and is refused when it is posted to.
  await page.getByRole("textbox", { name: "Address" }).fill("https://localhost/parlour");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByText("it is not shown again")).toBeVisible();
  await expect(page.locator("main code", { hasText: "whsec_" })).toBeVisible();
  await page.getByRole("button", { name: "I have it" }).click();
  await expect(page.locator("main h1")).toHaveText("Alerts are posted to 1 address.");
  await expect(page.locator("main code", { hasText: "whsec_" })).toHaveCount(0);
  await page.getByRole("button", { name: "Test https://localhost/parlour" }).click();
  const log = page.getByRole("region", { name: "What was sent" });
  await expect(log.getByText(/leads to a private address/).first()).toBeVisible();
  await page.getByRole("button", { name: "Delete https://localhost/parlour" }).click();
  await page.getByRole("button", { name: "Delete it" }).click();
  await expect(page.locator("main h1")).toHaveText("Alerts are shown here and sent nowhere.");
  await expect(log.getByText("the hook was deleted").first()).toBeVisible();
});

test("what may not be an address is refused in words", async ({ page, complaints }) => {
  complaints.allow(/400/);
  await open(page, "/settings?tab=deliveries");
  await page.getByRole("button", { name: "Add an address" }).click();
  await page.getByRole("textbox", { name: "Address" }).fill("https://10.0.0.1/");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("this address is private");
});
