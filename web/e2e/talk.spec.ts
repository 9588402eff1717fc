// A talk written down: on a phone, by keyboard, corrected, answered at once or promised.
import { expect, open, settled, test, VISITORS_SESSION } from "./house";

test("somebody new complains on the phone, is promised something, and it is in the queue as ours", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page, "/talk");
  const who = `Berta Talk ${process.pid}`;
  await page.getByLabel("With whom").fill(who);
  await page.getByRole("button", { name: /^Somebody new/ }).click();
  await page.getByLabel("Phone", { exact: true }).fill(`+49 30 ${process.pid}99`);
  await page.getByRole("radio", { name: "On the phone" }).check({ force: true });
  await page.getByLabel("They said").fill("The teapot arrived broken and nobody answers.");
  await expect(page.getByLabel("That is")).toContainText("complaint, by the words");
  await page.getByLabel(/^We answered/).fill("We will send a new one.");
  await page.getByLabel(/^Promised until/).fill("2099-12-31");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  for (const target of await page.locator(".talk button, .talk input:not([type=radio]), .talk select").all()) {
    const box = await target.boundingBox();
    expect(box?.height ?? 0, await target.evaluate((node) => node.outerHTML)).toBeGreaterThanOrEqual(44);
  }
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect(page.locator("main h1")).toContainText("It is yours, and rests until");
  await page.getByRole("link", { name: "Open the thread" }).click();
  await settled(page);
  const thread = page.getByRole("region", { name: "Thread" });
  await expect(thread.getByText("We will send a new one.")).toBeVisible();
  await expect(thread.getByText(/^Promised until/)).toBeVisible();
  await expect(thread.getByText("owner has it: let it go")).toBeVisible();
  await expect(thread.getByText(/^complaint:/)).toBeVisible();
});

test.beforeAll(async ({ playwright }) => {
  const baseURL = (process.env.PARLOUR_VISITORS_SIGN_IN ?? "").split("/sign-in")[0];
  const request = await playwright.request.newContext({ baseURL, storageState: VISITORS_SESSION });
  // A worker may come to this file twice.
  const source = { name: `till-${crypto.randomUUID()}`, brand: "acme" };
  const made = await request.post("/api/v1/sources", { data: source });
  expect(made.status(), await made.text()).toBe(201);
  const { key } = (await made.json()) as { key: string };
  const event = { id: "1", subject: `customer:cleo-${process.pid}`, verb: "bought", object: "brand:acme" };
  const sent = await request.post("/api/v1/events", { data: event, headers: { authorization: `Bearer ${key}` } });
  expect(sent.status()).toBe(200);
  await request.dispose();
});

test("somebody known is found, the rules are corrected, and what was told answers", async ({ page }) => {
  await open(page, "/talk");
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect(page.getByRole("alert")).toHaveText("Say with whom.");
  await page.getByLabel("With whom").fill(`cleo-${process.pid}`);
  await page.getByRole("list", { name: "People found" }).getByRole("button").first().click();
  await expect(page.getByText(`cleo-${process.pid}`).first()).toBeVisible();
  await page.getByLabel("They said").fill(`Blue cups ${process.pid}`);
  await page.getByLabel("That is").selectOption("suggestion");
  await page.getByLabel(/^We answered/).fill("We will think about blue.");
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect(page.locator("main h1")).toContainText("It is answered.");
  await page.getByRole("link", { name: "Open the thread" }).click();
  await settled(page);
  const thread = page.getByRole("region", { name: "Thread" });
  await expect(thread.getByText(/^suggestion:/)).toBeVisible();
  await expect(thread.getByText(/answered by owner/)).toBeVisible();
});
