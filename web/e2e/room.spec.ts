// A room of one's own, in a real browser against a server of this test's own: coming in, furnishing the wall by mouse, touch
// and keyboard, the door, acquaintances, what others see, narrow and high-contrast pages, and reading without a network.
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { complaintsOf } from "./axe";
import { expect, test } from "./house";
import { fresh, Rooms } from "./rooms";

let house: Rooms;

test.beforeAll(async ({ playwright }) => {
  house = await Rooms.start(playwright);
});

test.afterAll(() => house?.stop());

interface Guest {
  page: Page;
  context: BrowserContext;
  handle: string;
}

/** Somebody who takes an invitation up and chooses a handle. */
async function moveIn(browser: Browser, name: string, options = {}): Promise<Guest> {
  const context = await browser.newContext({ baseURL: house.base, locale: "en-GB", ...options });
  const page = await context.newPage();
  const token = await house.invitation();
  await page.goto(`/room?token=${token}`);
  await expect(page.getByRole("heading", { name: "Where is your room to be?" })).toBeVisible();
  expect(page.url()).not.toContain(token);
  const handle = fresh(name);
  await page.getByLabel("Handle").fill(handle);
  await page.getByRole("button", { name: "Take it" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("wall");
  return { page, context, handle };
}

async function note(page: Page, words: string) {
  await page.getByRole("button", { name: "Hang something" }).click();
  await page.getByRole("menuitem", { name: "A note" }).click();
  await page.getByLabel("Your words").fill(words);
  await page.getByRole("button", { name: "Hang it" }).click();
  await expect(page.locator("[data-frame]").filter({ hasText: words })).toBeVisible();
}

const order = (page: Page) => page.locator(".frame .words").allTextContents();

async function openDoor(page: Page, label: string) {
  await page.getByRole("link", { name: "Door and me" }).click();
  const saved = page.waitForResponse(
    (response) => response.url().endsWith("/room/me") && response.request().method() === "PUT",
  );
  await page.getByLabel(label).click();
  expect((await saved).ok()).toBe(true);
  await expect(page.getByLabel(label)).toBeChecked();
  await page.getByRole("link", { name: "Wall" }).click();
}

test("a wall is arranged by keyboard, saved, and taken back", async ({ browser }) => {
  const { page, context } = await moveIn(browser, "keys");
  for (const words of ["three", "two", "one"]) await note(page, words);
  expect(await order(page)).toEqual(["one", "two", "three"]);
  await page.getByRole("button", { name: /^Move note “one”/ }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("End");
  await expect(page.locator("[aria-live=assertive]")).toContainText("Place 3 of 3");
  const saved = page.waitForResponse((response) => response.url().endsWith("/room/wall"));
  await page.keyboard.press("Enter");
  expect((await saved).ok()).toBe(true);
  expect(await order(page)).toEqual(["two", "three", "one"]);
  await page.reload();
  await expect(page.locator("[data-frame]")).toHaveCount(3);
  expect(await order(page)).toEqual(["two", "three", "one"]);
  // Left where it was.
  await page.getByRole("button", { name: /^Move note “two”/ }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  expect(await order(page)).toEqual(["two", "three", "one"]);
  await page.getByRole("button", { name: "Take down note “three”" }).click();
  await expect(page.locator("[data-frame]")).toHaveCount(2);
  await page.keyboard.press("Control+z");
  await expect(page.locator("[data-frame]")).toHaveCount(3);
  expect(await order(page)).toEqual(["two", "three", "one"]);
  await page.getByRole("group", { name: "note “three”" }).getByRole("button", { name: "large" }).click();
  await expect(page.locator(".frame.s3")).toHaveCount(1);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.locator(".frame.s3")).toHaveCount(0);
  await context.close();
});

test("a frame is dragged by mouse", async ({ browser }) => {
  const { page, context } = await moveIn(browser, "mouse", { viewport: { width: 1280, height: 900 } });
  for (const words of ["three", "two", "one"]) await note(page, words);
  await page.getByRole("button", { name: /^Move note “one”/ }).hover();
  await page.mouse.down();
  const target = await page.locator("[data-frame]").nth(2).boundingBox();
  if (!target) throw new Error("there is no third frame");
  const saved = page.waitForResponse((response) => response.url().endsWith("/room/wall"));
  await page.mouse.move(target.x + target.width / 2, target.y + target.height / 2, { steps: 8 });
  await page.mouse.up();
  expect((await saved).ok()).toBe(true);
  expect(await order(page)).toEqual(["two", "three", "one"]);
  await context.close();
});

test("the door opens by degrees, and others see what they may", async ({ browser }) => {
  const theo = await moveIn(browser, "theo");
  const anna = await moveIn(browser, "anna");
  await note(theo.page, "for everybody");
  await note(theo.page, "for the closest");
  await theo.page.getByLabel("Who sees note “for the closest”").selectOption({ label: "Circle 3" });
  // The door is closed at first.
  await anna.page.goto(`/@${theo.handle}`);
  await expect(anna.page.getByRole("heading", { level: 1 })).toHaveText("This door is closed.");
  const door = await anna.page.locator("main").innerText();
  await anna.page.goto(`/@${fresh("nobody")}`);
  expect(await anna.page.locator("main").innerText()).toBe(door);
  await anna.page.goto(`/@${theo.handle}`);
  await anna.page.getByLabel(/Knock/).fill("from the cellar");
  await anna.page.getByRole("button", { name: "Knock" }).click();
  await expect(anna.page.getByRole("heading", { level: 1 })).toHaveText("You knocked.");
  await openDoor(theo.page, "Everybody who passes by");
  await anna.page.goto(`/@${theo.handle}`);
  await expect(anna.page.getByText("for everybody")).toBeVisible();
  await expect(anna.page.getByText("for the closest")).toHaveCount(0);
  await expect(anna.page.getByText("you are seen as a passer-by")).toBeVisible();
  // Accepted into the first circle, then dragged into the third.
  await theo.page.reload();
  await theo.page.getByRole("link", { name: /^People/ }).click();
  await expect(theo.page.getByText("from the cellar")).toBeVisible();
  await theo.page.getByRole("button", { name: /into circle 1/ }).click();
  const circle = theo.page.getByRole("group", { name: /^First circle/ });
  await circle.locator(".grip").hover();
  await theo.page.mouse.down();
  await theo.page.getByRole("group", { name: /^Third circle/ }).hover();
  await theo.page.mouse.up();
  await expect(
    theo.page.getByRole("group", { name: /^Third circle/ }).getByRole("link", { name: anna.handle }),
  ).toBeVisible();
  await anna.page.reload();
  await expect(anna.page.getByText("for the closest")).toBeVisible();
  // The owner sees with their eyes.
  await theo.page.getByRole("link", { name: "My room, seen by them" }).click();
  await expect(theo.page.getByText("for the closest")).toBeVisible();
  await theo.page.goto(`/@${theo.handle}?as=passer_by`);
  await expect(theo.page.getByText("for everybody")).toBeVisible();
  await expect(theo.page.getByText("for the closest")).toHaveCount(0);
  // Blocked: the room is as if it were not there.
  await theo.page.goto("/room/people");
  await theo.page.getByRole("button", { name: "Block" }).click();
  await expect(theo.page.getByRole("heading", { name: "Blocked" })).toBeVisible();
  await anna.page.reload();
  expect(await anna.page.locator("main").innerText()).toBe(door);
  await Promise.all([theo.context.close(), anna.context.close()]);
});

/** A PNG of one colour, drawn by the browser. */
async function drawn(page: Page): Promise<Buffer> {
  const text = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 420;
    const pen = canvas.getContext("2d");
    if (pen) {
      pen.fillStyle = "#2f8f83";
      pen.fillRect(0, 0, 640, 420);
      pen.fillStyle = "#d9b36c";
      pen.arc(420, 180, 120, 0, 7);
      pen.fill();
    }
    return canvas.toDataURL("image/png").split(",")[1] ?? "";
  });
  return Buffer.from(text, "base64");
}

test("photos come in with words, hang, and go into albums", async ({ browser }) => {
  const { page, context, handle } = await moveIn(browser, "photo");
  const buffer = await drawn(page);
  await page.getByRole("link", { name: "Photos" }).click();
  const odd = "<img src=x onerror=alert(1)>.png";
  await page.getByLabel("Photos to bring").setInputFiles([{ name: odd, mimeType: "image/png", buffer }]);
  await expect(page.getByText(odd)).toBeVisible();
  await page.getByLabel("What is to be seen on it?").fill("a yellow sun over the sea");
  await page.getByRole("button", { name: "Bring it" }).click();
  await expect(page.getByAltText("a yellow sun over the sea")).toBeVisible();
  await page
    .getByLabel("Photos to bring")
    .setInputFiles([
      { name: "a.heic", mimeType: "image/heic", buffer: Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic") },
    ]);
  await page.getByRole("button", { name: "Bring it without words" }).click();
  await expect(page.getByRole("alert")).toContainText(/JPEG/i);
  await page.getByRole("button", { name: "Leave it" }).click();
  await page.getByRole("button", { name: "A new album" }).click();
  await page.getByLabel("Title").fill("My Kuga and I");
  await page.getByRole("button", { name: "a yellow sun over the sea", exact: true }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "My Kuga and I · 1" })).toBeVisible();
  await page.getByRole("link", { name: "Wall" }).click();
  await page.getByRole("button", { name: "Hang something" }).click();
  await page.getByRole("menuitem", { name: "A photo" }).click();
  await page.getByRole("button", { name: "Hang a yellow sun over the sea" }).click();
  await expect(page.locator(".frame.photo")).toHaveCount(1);
  await page.getByRole("button", { name: "Hang something" }).click();
  await page.getByRole("menuitem", { name: "An album" }).click();
  await page.getByRole("button", { name: "My Kuga and I · 1" }).click();
  await expect(page.locator(".frame.album")).toHaveCount(1);
  expect(await complaintsOf(page)).toEqual([]);
  await page.goto(`/@${handle}`);
  const image = page.getByAltText("a yellow sun over the sea").first();
  await expect(image).toBeVisible();
  expect(await image.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBeGreaterThan(0);
  expect(await complaintsOf(page)).toEqual([]);
  await context.close();
});

for (const width of [360, 1280]) {
  test(`names of every script fit, and nothing scrolls sideways, at ${width} px`, async ({ browser }) => {
    const size = { width, height: 800 };
    const { page, context, handle } = await moveIn(browser, "wide", { viewport: size });
    await page.getByRole("link", { name: "Door and me" }).click();
    await page.getByLabel("Name").fill("ليلى 👩‍👩‍👧 ben-David von und zu Hohenschwangau-Oberlichtenfeld");
    await page.getByLabel("About you").fill("אני גר בחיפה ואוהב יין 🍷");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    await openDoor(page, "Everybody who passes by");
    await note(page, `Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen ${"x".repeat(90)}`);
    for (const path of [
      "/room",
      "/room/photos",
      "/room/people",
      "/room/me",
      `/@${handle}`,
      "/rooms?q=ben",
      `/@${fresh("no")}`,
    ]) {
      await page.goto(path);
      await expect(page.locator("h1").first()).toBeVisible();
      await expect(page.locator("main [role=status][aria-label=loading]")).toHaveCount(0);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over, path).toBeLessThanOrEqual(0);
      expect(await complaintsOf(page), path).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: "dark" });
    for (const path of ["/room", "/room/people", `/@${handle}`]) {
      await page.goto(path);
      await expect(page.locator("h1").first()).toBeVisible();
      expect(await complaintsOf(page), `${path}, dark`).toEqual([]);
    }
    await page.emulateMedia({ forcedColors: "active" });
    await page.goto(`/@${handle}`);
    const edge = await page
      .locator(".frame")
      .first()
      .evaluate((one) => getComputedStyle(one).borderTopWidth);
    expect(edge).toBe("1px");
    await context.close();
  });
}

test("a room is read without a network, and forgotten when its owner leaves", async ({ browser }) => {
  const { page, context } = await moveIn(browser, "offline");
  await note(page, "still here");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  // Once more under the worker, so that it has seen what it is to keep.
  await page.reload();
  await expect(page.getByText("still here")).toBeVisible();
  await expect
    .poll(() => page.evaluate(async () => (await (await caches.open("room-seen-1")).keys()).length))
    .toBeGreaterThan(1);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByText("still here")).toBeVisible();
  await expect(page.getByText("There is no network.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Hang something" })).toBeDisabled();
  await context.setOffline(false);
  await page.getByRole("link", { name: "Door and me" }).click();
  await page.getByRole("button", { name: /^Sign out/ }).click();
  await expect(page.getByRole("heading", { name: "Come in." })).toBeVisible();
  await expect.poll(() => page.evaluate(() => caches.has("room-seen-1"))).toBe(false);
  await context.close();
});

test("a passkey opens the room", async ({ browser }) => {
  const { page, context, handle } = await moveIn(browser, "passkey");
  const client = await context.newCDPSession(page);
  await client.send("WebAuthn.enable");
  await client.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.getByRole("link", { name: "Door and me" }).click();
  await page.getByRole("button", { name: "Add a passkey on this device" }).click();
  await expect(page.getByRole("button", { name: "Remove" })).toBeVisible();
  await page.getByRole("button", { name: /^Sign out/ }).click();
  await page.getByRole("button", { name: "Come in with a passkey" }).click();
  await expect(page.getByRole("link", { name: `@${handle}` })).toBeVisible();
  await context.close();
});
