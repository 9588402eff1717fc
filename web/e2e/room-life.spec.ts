// Life with a room: where one is signed in, groups and badges, the rooms of the sample, and a room as the Desk tells of it.
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { expect, settled, test } from "./house";
import { fresh, Rooms } from "./rooms";

let house: Rooms;

test.beforeAll(async ({ playwright }) => {
  house = await Rooms.start(playwright, { sample: true });
});

test.afterAll(() => house?.stop());

interface Guest {
  page: Page;
  context: BrowserContext;
  handle: string;
}

async function moveIn(browser: Browser, name: string, person = ""): Promise<Guest> {
  const context = await browser.newContext({ baseURL: house.base, locale: "en-GB" });
  const token = await house.invitation(person);
  expect((await context.request.post("/api/v1/room/session", { data: { token } })).ok()).toBe(true);
  const handle = fresh(name);
  expect((await context.request.put("/api/v1/room/me/handle", { data: { handle } })).ok()).toBe(true);
  return { page: await context.newPage(), context, handle };
}

/** Adds a passkey that lies in this browser. */
async function addPasskey({ page, context }: Guest) {
  const client = await context.newCDPSession(page);
  await client.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  } as const;
  const { authenticatorId } = await client.send("WebAuthn.addVirtualAuthenticator", { options });
  await page.goto("/room/me");
  await page.getByRole("button", { name: "Add a passkey on this device" }).click();
  await expect(page.getByRole("button", { name: "Remove" })).toBeVisible();
  const { credentials } = await client.send("WebAuthn.getCredentials", { authenticatorId });
  return { options, credential: credentials[0] };
}

type Key = Awaited<ReturnType<typeof addPasskey>>;

/** The same member in another browser, by the same passkey; it counts on from where it was used last. */
async function comeInElsewhere(browser: Browser, { options, credential }: Key, userAgent: string): Promise<Page> {
  if (!credential) throw new Error("there is no passkey");
  const context = await browser.newContext({ baseURL: house.base, locale: "en-GB", userAgent });
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await client.send("WebAuthn.enable");
  const { authenticatorId } = await client.send("WebAuthn.addVirtualAuthenticator", { options });
  credential.signCount += 10;
  await client.send("WebAuthn.addCredential", { authenticatorId, credential });
  await page.goto("/room");
  await page.getByRole("button", { name: "Come in with a passkey" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("wall");
  return page;
}

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1";
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

test("one sees where one is signed in, and ends it there", async ({ browser }) => {
  const anna = await moveIn(browser, "anna");
  const key = await addPasskey(anna);
  const phone = await comeInElsewhere(browser, key, IPHONE);
  const office = await comeInElsewhere(browser, key, FIREFOX);
  const { page } = anna;
  await page.reload();
  const list = page.getByRole("region", { name: "Where you are signed in" });
  const rows = list.getByRole("listitem");
  await expect(rows).toHaveCount(3);
  await expect(rows.filter({ hasText: "this device" })).toHaveCount(1);
  await expect(rows.filter({ hasText: "Safari on iPhone" })).toContainText(/last used/);
  await list.getByRole("button", { name: "Sign out Safari on iPhone" }).click();
  await expect(rows).toHaveCount(2);
  await phone.reload();
  await expect(phone.getByRole("heading", { name: "Come in." })).toBeVisible();
  await office.reload();
  await expect(office.getByRole("heading", { level: 1 })).toContainText("wall");
  await comeInElsewhere(browser, key, IPHONE);
  await page.reload();
  await expect(rows).toHaveCount(3);
  await list.getByRole("button", { name: "Sign out everywhere but here" }).click();
  await expect(rows).toHaveCount(1);
  await office.reload();
  await expect(office.getByRole("heading", { name: "Come in." })).toBeVisible();
  await page.getByRole("button", { name: "Sign out, and leave nothing on this device" }).click();
  await expect(page.getByRole("heading", { name: "Come in." })).toBeVisible();
});

test("a group says its name, its words and where its page is", async ({ browser }) => {
  const { page, handle } = await moveIn(browser, "group");
  await page.goto("/room");
  await page.getByRole("button", { name: "Hang something" }).click();
  await page.getByRole("menuitem", { name: "A group" }).click();
  await page.getByLabel("Name of the group").fill("Cellar of Bremen");
  await page.getByLabel("What it is to you").fill("Thursdays, after eight");
  await page.getByLabel("Its page").fill("https://cellar.example/about");
  await page.getByRole("button", { name: "Hang it" }).click();
  const frame = page.locator("[data-frame]").filter({ hasText: "Thursdays, after eight" });
  await expect(frame.getByRole("link", { name: "Cellar of Bremen" })).toHaveAttribute("href", /cellar\.example/);
  await page.goto(`/@${handle}`);
  await expect(page.getByRole("link", { name: "Cellar of Bremen" })).toHaveAttribute("rel", /nofollow/);
  await expect(page.getByText("cellar.example", { exact: true })).toBeVisible();
});

test("an occasion one was at hangs as a badge", async ({ browser }) => {
  const { page } = await moveIn(browser, "badge");
  const hour = 3_600_000;
  const at = (hours: number) => new Date(Date.now() + hours * hour).toISOString();
  const made = await house.desk.post("/api/v1/brand/occasions", {
    data: {
      brand: "brand:Kettle",
      title: "Seven teas",
      about: "",
      place: "Oslo, harbour",
      latitude: null,
      longitude: null,
      starts_at: at(-1),
      ends_at: at(1),
      zone: "Europe/Oslo",
      capacity: null,
      url: "",
    },
  });
  expect(made.ok()).toBe(true);
  await page.goto("/room/offers");
  const seven = page.getByRole("article", { name: "Seven teas" });
  await seven.getByRole("button", { name: "Hang it on my wall" }).click();
  await expect(seven.getByText("It hangs on your wall.")).toBeVisible();
  await page.getByRole("link", { name: "Wall" }).click();
  const hung = page.locator("[data-frame]").filter({ hasText: "Seven teas" });
  await hung.getByRole("button", { name: "I was there" }).click();
  await expect(hung).toContainText("held by Kettle");
  await expect(page.getByRole("group", { name: "badge Seven teas" })).toBeVisible();
});

for (const handle of ["anna", "brook", "clara"]) {
  for (const width of [360, 1280]) {
    test(`the sample’s ${handle} is read without a script, and nothing is cut off, at ${width} px`, async ({
      browser,
    }) => {
      const viewport = { width, height: 800 };
      const baseURL = house.base;
      const context = await browser.newContext({ baseURL, viewport, javaScriptEnabled: false });
      const page = await context.newPage();
      const answer = await page.goto(`/@${handle}`);
      expect(answer?.status()).toBe(200);
      await expect(page.locator("h1")).toContainText(/room/);
      expect(await page.locator("li.frame").count()).toBeGreaterThan(0);
      const boxes = await page.locator("body *").evaluateAll((all) =>
        all.map((one) => {
          const box = one.getBoundingClientRect();
          return { left: box.left, right: box.right, what: one.outerHTML.slice(0, 80) };
        }),
      );
      const isSkip = (what: string) => what.includes('class="skip"');
      expect(boxes.filter((box) => box.right > width + 0.5 || (box.left < -0.5 && !isSkip(box.what)))).toEqual([]);
      await context.close();
    });
  }
}

test("until a picture is there its colour is in its place", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: house.base, javaScriptEnabled: false });
  const page = await context.newPage();
  await context.route("**/media/**", (route) => route.abort());
  await page.goto("/@clara");
  const tint = page.locator(".picture svg rect").first();
  const box = await tint.boundingBox();
  const frame = await page.locator(".picture").first().boundingBox();
  expect(frame && frame.height > 100 && box && Math.abs(box.height - frame.height) < 2).toBe(true);
  const fill = await tint.evaluate((one) => getComputedStyle(one).fill);
  expect(fill).toMatch(/^rgb\(/);
  expect(fill).not.toBe("rgb(0, 0, 0)");
  await context.close();
});

/** Empty room to the right and left of each row, and the order in which frames are seen. */
async function layout(page: Page) {
  return page.locator("ol.wall").evaluate((wall) => {
    const inside = wall.getBoundingClientRect();
    const frames = [...wall.children].map((one) => one.getBoundingClientRect());
    const rows = new Map<number, DOMRect[]>();
    for (const frame of frames) rows.set(frame.top, [...(rows.get(frame.top) ?? []), frame]);
    const gaps = [...rows.values()].map((row) => ({
      n: row.length,
      left: Math.min(...row.map((one) => one.left)) - inside.left,
      right: inside.right - Math.max(...row.map((one) => one.right)),
    }));
    const isInOrder = frames.every((one, at) => {
      const last = frames[at - 1];
      return !last || last.top < one.top || (last.top === one.top && last.right <= one.left);
    });
    return { gaps, isInOrder };
  });
}

test("rows of a room are filled, whatever hangs in it, in the order of the page", async ({ browser }) => {
  const { page, handle, context } = await moveIn(browser, "rows");
  const me = { name: "Rows", about: "", town: "", born_year: null, door: "passers_by" };
  expect((await context.request.put("/api/v1/room/me", { data: me })).ok()).toBe(true);
  const sizes = [1, 2, 3, 1, 1, 1, 2, 2, 3, 3, 1, 2, 1];
  for (let n = 1; n <= 40; n += 1) {
    const content = { kind: "text", text: `note ${n} ${"with words ".repeat(n % 5)}` };
    const data = { content, size: sizes[n % sizes.length], door: "passers_by", after: "" };
    expect((await context.request.post("/api/v1/room/frames", { data })).ok()).toBe(true);
    if (![1, 2, 5, 40].includes(n)) continue;
    for (const width of [1280, 800, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`/@${handle}`);
      const { gaps, isInOrder } = await layout(page);
      expect(isInOrder, `${n} frames at ${width}`).toBe(true);
      for (const row of gaps) {
        // A frame alone in its row hangs in the middle; others fill theirs.
        expect(Math.abs(row.left - row.right), `${n} frames at ${width}`).toBeLessThan(2);
        if (row.n > 1 || width < 960) expect(row.right, `${n} frames at ${width}`).toBeLessThan(2);
      }
    }
  }
});

test("the Desk tells of a room what a passer-by sees, and of a closed one nothing", async ({ browser }) => {
  const people = await (await house.desk.get("/api/v1/people?limit=1")).json();
  const person: string = people.rows[0].person;
  const theo = await moveIn(browser, "theo", person);
  const context = await browser.newContext({
    baseURL: house.base,
    storageState: await house.desk.storageState(),
    viewport: { width: 1280, height: 800 },
  });
  const page = await context.newPage();
  const path = `/people/${encodeURIComponent(person)}`;
  const isThere = page.getByRole("heading", { name: "Their room" });
  // Until the link is folded in, and while the door is closed, nothing is told.
  await page.goto(path);
  await settled(page);
  await expect(isThere).toHaveCount(0);
  const note = { content: { kind: "text", text: "Come in" }, size: 1, door: "passers_by", after: "" };
  expect((await theo.context.request.post("/api/v1/room/frames", { data: note })).ok()).toBe(true);
  const me = { name: "Theo", about: "", town: "Oslo", born_year: null, door: "passers_by" };
  expect((await theo.context.request.put("/api/v1/room/me", { data: me })).ok()).toBe(true);
  const told = async () => (await (await house.desk.get(`/api/v1${path}/rooms`)).json()).rooms.length;
  await expect.poll(told).toBe(1);
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    await page.reload();
    await expect(isThere).toBeVisible();
    await expect(page.getByRole("list", { name: "What hangs there" })).toContainText("Come in");
    await expect(page.getByRole("link", { name: "Theo" })).toHaveAttribute("href", `/@${theo.handle}`);
  }
});
