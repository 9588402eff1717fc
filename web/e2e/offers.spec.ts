// What brands offer, as somebody with a room sees it: a picture is hung with words of one's own, changed and taken down; an
// occasion is answered without the brand knowing who; a fact is kept to oneself.
import type { Page } from "@playwright/test";
import { expect, test } from "./house";
import { Rooms } from "./rooms";

let house: Rooms;

test.beforeAll(async ({ playwright }) => {
  house = await Rooms.start(playwright, { sample: true });
});

test.afterAll(() => house?.stop());

async function moveIn(page: Page, handle: string) {
  const token = await house.invitation();
  await page.goto(`${house.base}/room?token=${token}`);
  await page.getByLabel("Handle").fill(handle);
  await page.getByRole("button", { name: "Take it" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("wall");
}

test("a picture that a brand offers hangs with its owner's words until they take it down", async ({ page }) => {
  await moveIn(page, "hanging");
  await page.getByRole("link", { name: "Offers" }).click();
  const offer = page.getByRole("region", { name: "Mornings, of Kettle" });
  await offer
    .getByRole("button", { name: /^Hang / })
    .first()
    .click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Your own words beneath it").fill("Mine <b>now</b>");
  await form.getByLabel("Size", { exact: true }).selectOption("3");
  await form.getByRole("button", { name: "Hang it on my wall" }).click();
  await expect(form).toBeHidden();
  await page.getByRole("link", { name: "Wall" }).click();
  const frame = page.locator("[data-frame]").filter({ hasText: "Mine <b>now</b>" });
  await expect(frame).toContainText("Kettle · Mornings");
  const kept = page.waitForEvent("download");
  await frame.getByRole("link", { name: "keep a copy" }).click();
  expect((await kept).suggestedFilename()).toMatch(/\.(jpe?g|png)$/);
  await frame.getByRole("button", { name: "Take down" }).click();
  await expect(page.locator("[data-frame]")).toHaveCount(0);
});

test("an occasion is answered, and the brand learns who only if it is let", async ({ page }) => {
  await moveIn(page, "coming");
  await page.getByRole("link", { name: "Offers" }).click();
  const evening = page.getByRole("article", { name: "An evening of five teas" });
  await expect(evening.getByLabel("Kettle may know that it is me")).not.toBeChecked();
  await evening.getByRole("button", { name: "I am going" }).click();
  await expect(evening.getByRole("button", { name: "I am going" })).toHaveAttribute("aria-pressed", "true");
  const told = await (await house.desk.get("/api/v1/brand/occasions?brand=brand:Kettle")).text();
  expect(told).toContain("An evening of five teas");
  expect(told).not.toContain("coming@");
});

test("a fact is seen by its owner alone unless they say otherwise", async ({ page, request }) => {
  await moveIn(page, "private_one");
  await page.getByRole("link", { name: "Facts", exact: true }).click();
  await page.getByRole("button", { name: "Say something" }).click();
  await page.getByLabel("My …").fill("dentist");
  await page.getByLabel("is called").fill("Dr. Zahn");
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect(page.getByText("Dr. Zahn")).toBeVisible();
  // The room is open to everybody; what is behind a door of its own is not.
  await page.getByRole("link", { name: "Door and me" }).click();
  const saved = page.waitForResponse(
    (answer) => answer.url().endsWith("/room/me") && answer.request().method() === "PUT",
  );
  await page.getByLabel("Everybody who passes by").click();
  expect((await saved).ok()).toBe(true);
  const facts = await request.get(`${house.base}/api/v1/room/rooms/private_one/facts`);
  expect(facts.ok()).toBe(true);
  expect(await facts.text()).not.toContain("Zahn");
});
