// A room under a finger: a frame is carried and hung, a swipe scrolls the page, a tap opens, people change circles.
import type { Browser, BrowserContext, CDPSession, Locator, Page } from "@playwright/test";
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
  finger: Finger;
}

/** One finger on the glass. */
class Finger {
  constructor(
    private readonly client: CDPSession,
    private readonly page: Page,
  ) {}

  private send(type: "touchStart" | "touchMove" | "touchEnd" | "touchCancel", at?: Point) {
    return this.client.send("Input.dispatchTouchEvent", { type, touchPoints: at ? [{ x: at.x, y: at.y }] : [] });
  }

  /** Down at one point and along to others, in small steps, one for each picture that is drawn. */
  async down(from: Point, ...through: Point[]) {
    await this.send("touchStart", from);
    let at = from;
    for (const to of through) {
      for (let step = 1; step <= 8; step += 1) {
        await this.send("touchMove", { x: at.x + ((to.x - at.x) * step) / 8, y: at.y + ((to.y - at.y) * step) / 8 });
        await this.page.evaluate(() => new Promise(requestAnimationFrame));
      }
      at = to;
    }
    // It comes to rest, as one does before letting go; else the next tap would only end a fling.
    for (let step = 0; through.length > 0 && step < 8; step += 1) {
      await this.send("touchMove", { x: at.x + (step % 2), y: at.y });
      await this.page.evaluate(() => new Promise(requestAnimationFrame));
    }
  }

  up = () => this.send("touchEnd");
  cancel = () => this.send("touchCancel");
}

interface Point {
  x: number;
  y: number;
}

async function middle(of: Locator): Promise<Point> {
  const box = await of.boundingBox();
  if (!box) throw new Error("it is not there");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Somebody with a telephone, who takes an invitation up, and on whose wall these notes hang. */
async function moveIn(browser: Browser, name: string, notes: string[], height = 640): Promise<Guest> {
  const context = await browser.newContext({
    baseURL: house.base,
    locale: "en-GB",
    viewport: { width: 360, height },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  const token = await house.invitation();
  const data = { token };
  expect((await context.request.post("/api/v1/room/session", { data })).ok()).toBe(true);
  const handle = fresh(name);
  expect((await context.request.put("/api/v1/room/me/handle", { data: { handle } })).ok()).toBe(true);
  for (const text of [...notes].reverse()) {
    const content = { kind: "text", text };
    const hung = await context.request.post("/api/v1/room/frames", {
      data: { content, size: 1, door: "passers_by", after: "" },
    });
    expect(hung.ok()).toBe(true);
  }
  await page.goto("/room");
  await expect(page.locator("[data-frame]")).toHaveCount(notes.length);
  const finger = new Finger(await context.newCDPSession(page), page);
  return { page, context, handle, finger };
}

const order = (page: Page) => page.locator(".frame .words").allTextContents();
const grip = (page: Page, words: string) => page.getByRole("button", { name: `Move note “${words}”` });

test("a frame is carried by a finger and hangs where it is let go", async ({ browser }) => {
  const { page, context, finger } = await moveIn(browser, "finger", ["one", "two", "three"], 900);
  // Above the edge, where the page would move on.
  await page.evaluate(() => window.scrollTo(0, 0));
  const target = await middle(page.locator("[data-frame]").nth(1));
  const saved = page.waitForResponse((response) => response.url().endsWith("/room/wall"));
  await finger.down(await middle(grip(page, "one")), target);
  await expect(page.locator(".frame.is-held .words")).toHaveText("one");
  expect(await order(page), "it goes along before it is let go").toEqual(["two", "one", "three"]);
  await finger.up();
  expect((await saved).ok()).toBe(true);
  await expect(page.locator(".frame.is-held")).toHaveCount(0);
  await page.reload();
  await expect(page.locator("[data-frame]")).toHaveCount(3);
  expect(await order(page)).toEqual(["two", "one", "three"]);
  await context.close();
});

test("at the edge the page moves on under the frame", async ({ browser }) => {
  const words = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const { page, context, finger } = await moveIn(browser, "far", words);
  const from = await middle(grip(page, "a"));
  const saved = page.waitForResponse((response) => response.url().endsWith("/room/wall"));
  await finger.down(from, { x: from.x, y: 620 });
  await expect.poll(async () => (await order(page)).indexOf("a")).toBe(7);
  await finger.up();
  expect((await saved).ok()).toBe(true);
  expect(await order(page)).toEqual(["b", "c", "d", "e", "f", "g", "h", "a"]);
  await context.close();
});

test("what the system takes away is left where it was", async ({ browser }) => {
  const { page, context, finger } = await moveIn(browser, "away", ["one", "two", "three"], 900);
  let nSaved = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/room/wall")) nSaved += 1;
  });
  await finger.down(await middle(grip(page, "one")), await middle(page.locator("[data-frame]").nth(1)));
  await expect(page.locator(".frame.is-held")).toHaveCount(1);
  await finger.cancel();
  await expect(page.locator(".frame.is-held")).toHaveCount(0);
  expect(await order(page)).toEqual(["one", "two", "three"]);
  expect(nSaved).toBe(0);
  await context.close();
});

test("a swipe scrolls the page and moves nothing", async ({ browser }) => {
  const words = ["a", "b", "c", "d", "e", "f"];
  const { page, context, finger } = await moveIn(browser, "swipe", words);
  const at = await middle(page.locator(".frame .words").first());
  await finger.down(at, { x: at.x, y: Math.max(10, at.y - 240) });
  await finger.up();
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(120);
  await expect(page.locator(".frame.is-held")).toHaveCount(0);
  expect(await order(page)).toEqual(words);
  // The handle is for carrying: there the page stays.
  await page.evaluate(() => window.scrollTo(0, 0));
  const handle = await middle(grip(page, "a"));
  await finger.down(handle, { x: handle.x, y: handle.y - 60 });
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  await finger.up();
  await context.close();
});

test("a tap opens", async ({ browser }) => {
  const { page, context } = await moveIn(browser, "tap", ["one", "two"]);
  await page.getByRole("group", { name: "note “one”" }).getByRole("button", { name: "Edit" }).tap();
  await expect(page.getByLabel("Your words")).toHaveValue("one");
  await page.getByRole("button", { name: "Cancel" }).tap();
  await page.getByRole("group", { name: "note “two”" }).getByRole("button", { name: "large" }).tap();
  await expect(page.locator(".frame.s3")).toHaveCount(1);
  // Tapping the handle picks it up and puts it down where it was.
  await grip(page, "one").tap();
  await expect(page.locator(".frame.is-held")).toHaveCount(0);
  expect(await order(page)).toEqual(["one", "two"]);
  // A film opens at its place, in a page of its own.
  const content = { kind: "video", url: "https://films.example/1", title: "A film" };
  await context.request.post("/api/v1/room/frames", { data: { content, size: 1, door: "passers_by", after: "" } });
  await context.route("https://films.example/**", (route) => route.fulfill({ body: "the film" }));
  await page.reload();
  const opened = context.waitForEvent("page");
  await page.getByRole("link", { name: /A film/ }).tap();
  await expect((await opened).locator("body")).toHaveText("the film");
  await context.close();
});

test("somebody is carried into another circle by a finger", async ({ browser }) => {
  const theo = await moveIn(browser, "theo", []);
  const anna = await moveIn(browser, "anna", []);
  const knock = { handle: theo.handle, circle: 1, words: "" };
  expect((await anna.context.request.post("/api/v1/room/acquaintances", { data: knock })).ok()).toBe(true);
  const path = `/api/v1/room/acquaintances/${anna.handle}`;
  expect((await theo.context.request.put(path, { data: { circle: 1 } })).ok()).toBe(true);
  const { page, finger } = theo;
  await page.goto("/room/people");
  const [first, third] = [/^First circle/, /^Third circle/].map((name) => page.getByRole("group", { name }));
  if (!first || !third) throw new Error("there are three circles");
  await expect(first.getByRole("link", { name: anna.handle })).toBeVisible();
  await third.scrollIntoViewIfNeeded();
  const saved = page.waitForResponse((response) => response.url().endsWith(path));
  await finger.down(await middle(first.locator(".grip")), await middle(third));
  await expect(third).toHaveClass(/is-over/);
  await finger.up();
  expect((await saved).ok()).toBe(true);
  await expect(third.getByRole("link", { name: anna.handle })).toBeVisible();
  // A tap on the name opens their room.
  await third.getByRole("link", { name: anna.handle }).tap();
  await expect(page).toHaveURL(new RegExp(`/@${anna.handle}$`));
  await Promise.all([theo.context.close(), anna.context.close()]);
});
