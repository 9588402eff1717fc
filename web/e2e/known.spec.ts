// What is known about oneself, in a real browser against a server of this test's own with the sample in it: read, explained,
// disputed, withheld, taken along, and forgotten; and the same by staff, on a person's page.
import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { complaintsOf } from "./axe";
import { expect, settled, test } from "./house";
import { fresh, Rooms } from "./rooms";

let house: Rooms;

test.describe.configure({ mode: "default" });

test.beforeAll(async ({ playwright }) => {
  house = await Rooms.start(playwright, { sample: true });
  const known = async () => (await house.desk.get("/api/v1/people/customer:00004")).status();
  await expect.poll(known, { timeout: 60_000 }).toBe(200);
});

test.afterAll(() => house?.stop());

interface Guest {
  page: Page;
  context: BrowserContext;
  handle: string;
}

/** Somebody with a room; where it is somebody who is known already, with their history. */
async function moveIn(browser: Browser, person: string, options = {}): Promise<Guest> {
  const context = await browser.newContext({ baseURL: house.base, locale: "en-GB", ...options });
  const page = await context.newPage();
  await page.goto(`/room?token=${await house.invitation(person)}`);
  const handle = fresh("known");
  await page.getByLabel("Handle").fill(handle);
  await page.getByRole("button", { name: "Take it" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("wall");
  return { page, context, handle };
}

async function openKnown(page: Page) {
  await page.goto("/room/known");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("What is known about you.");
  await expect(page.getByRole("navigation", { name: "On this page" })).toBeVisible();
  await expect(page.locator("main [role=status][aria-label=loading]")).toHaveCount(0);
}

const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const matter = (page: Page, of: string) => page.locator(`[data-matter=${of}]`);

test("everything is told, explained, disputed and taken back", async ({ browser }) => {
  const { page, context } = await moveIn(browser, "customer:00004");
  await page.getByRole("link", { name: "What is known" }).click();
  await expect(
    page.getByText(/You are known here since \d+ \w+ \d{4}, by 2 ids; what you did concerns .*cdnow/),
  ).toBeVisible();
  await expect(part(page, "Who you are")).toContainText("00004");
  await expect(part(page, "What you did").locator("li").first()).toBeVisible();
  await expect(part(page, "What is concluded")).toContainText("About you and cdnow");
  for (const of of ["degree", "kind", "cell", "direction", "stage", "rhythm", "value", "worth", "involvement"]) {
    await expect(matter(page, of)).toBeVisible();
  }

  // Why: word for word what staff are told, and it adds up.
  const object = "brand:cdnow";
  await matter(page, "value")
    .getByRole("button", { name: /^why\?/ })
    .click();
  const why = page.locator("[data-why=value]");
  const told = await (
    await house.desk.get(`/api/v1/people/customer:00004/why?of=value&object=${encodeURIComponent(object)}`)
  ).json();
  await expect(why).toContainText(told.sentence);
  const amounts = await why
    .locator("[data-amount]")
    .evaluateAll((all) => all.map((one) => Number(one.getAttribute("data-amount"))));
  expect(amounts.reduce((sum, one) => sum + one, 0)).toBe(told.total);

  // A word about the kind takes the guess's place, and staff see that it was said.
  await matter(page, "kind")
    .getByRole("button", { name: /^that is wrong/ })
    .click();
  const form = page.getByRole("form", { name: "What is so instead: How you feel" });
  await expect(form.getByLabel("I like cdnow", { exact: true })).toBeFocused();
  await form.getByLabel("I do not like cdnow").check();
  await form.getByLabel("In your own words, if you like").fill("never <b>did</b>");
  await form.getByRole("button", { name: "Say so", exact: true }).click();
  await expect(matter(page, "kind")).toContainText("I do not like cdnow — never <b>did</b>");
  await expect(matter(page, "kind")).toContainText("Your word counts in place of what was concluded.");
  await expect(matter(page, "kind")).toContainText("You seem not to like cdnow (− 1.00");
  const seen = await (
    await house.desk.get(`/api/v1/people/customer:00004?object=${encodeURIComponent(object)}`)
  ).json();
  expect(seen.standings[0].kind).toBe(-1);

  // Of a number one says it in words, which stand beside it.
  await matter(page, "value")
    .getByRole("button", { name: /^that is wrong/ })
    .click();
  await page.getByLabel("What is wrong about it?").fill("half of it were presents");
  await page.getByRole("button", { name: "Say so", exact: true }).click();
  await expect(matter(page, "value")).toContainText("It stands beside what was concluded");

  await matter(page, "kind")
    .getByRole("button", { name: /^take it back/ })
    .click();
  await expect(matter(page, "kind")).not.toContainText("You seem not to like cdnow (− 1.00");
  await expect(matter(page, "kind").getByRole("button", { name: /^that is wrong/ })).toBeVisible();
  await context.close();
});

test("what is not wanted is not concluded, from one moment to the next, and is heard from the browser too", async ({
  browser,
}) => {
  const { page, context } = await moveIn(browser, "customer:00005", {
    extraHTTPHeaders: { "Sec-GPC": "1" },
  });
  await context.addInitScript(() =>
    Object.defineProperty(navigator, "globalPrivacyControl", { value: true, configurable: true }),
  );
  await openKnown(page);
  const uses = part(page, "For what it may be used");
  await expect(uses).toContainText("Your browser sends the Global Privacy Control signal, and it is heard");
  await expect(uses.getByLabel("Pass on what concerns me")).not.toBeChecked();
  await expect(uses).toContainText("said by your browser, by its Global Privacy Control signal");
  await expect(matter(page, "degree")).toBeVisible();
  const reading = uses.getByLabel("Conclude things from what I do");
  await expect(reading).toBeChecked();
  await reading.focus();
  await page.keyboard.press("Space");
  await expect(reading).not.toBeChecked();
  await expect(matter(page, "degree")).toHaveCount(0);
  await expect(part(page, "What is concluded")).toContainText(
    "Nothing is concluded of you, because you do not want it.",
  );
  await expect(uses).toContainText(/Off since .*, said by you, in your room\./);
  const staff = await (await house.desk.get("/api/v1/people/customer:00005")).json();
  expect([staff.is_read, staff.standings]).toEqual([false, []]);
  await page.reload();
  await expect(reading).not.toBeChecked();
  await expect(part(page, "What you did").locator("li").first()).toBeVisible();
  await reading.focus();
  await page.keyboard.press("Space");
  await expect(matter(page, "degree")).toBeVisible();
  await uses.getByText("All that was said of it").first().click();
  await expect(uses.locator(".known-history li").first()).toContainText("yes");
  await context.close();
});

test("an id that is somebody else’s is parted, and one’s own cannot be", async ({ browser }) => {
  const made = await house.desk.post("/api/v1/sources", {
    data: { name: "till", kind: "sdk", brand: "teas", layer: "web" },
  });
  const { key } = await made.json();
  const identify = { type: "identify", messageId: "i1", userId: "ann", anonymousId: "kiosk-7", traits: {} };
  const sent = await house.desk.post("/v1/batch", {
    headers: { authorization: `Bearer ${key}`, cookie: "" },
    data: { batch: [identify], sentAt: new Date().toISOString() },
  });
  expect(sent.ok()).toBe(true);
  await expect.poll(async () => (await house.desk.get("/api/v1/people/anonymous:kiosk-7")).status()).toBe(200);
  const { page, context } = await moveIn(browser, "user:ann");
  await openKnown(page);
  const who = part(page, "Who you are");
  await who.getByText("What joins them").click();
  await expect(who).toContainText(/your room and user ann|user ann and your room/);
  // What came with the invitation is one's own.
  await expect(who.getByText("yours, as you showed")).toHaveCount(2);
  await who.getByRole("button", { name: "kiosk-7 is not me" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "It is not me" }).click();
  await expect(who.getByRole("button", { name: "kiosk-7 is not me" })).toHaveCount(0);
  await expect(who.locator("ul").first()).not.toContainText("kiosk-7");
  await expect(who).toContainText("parted again");
  const other = await (await house.desk.get("/api/v1/people/anonymous:kiosk-7")).json();
  expect(other.ids.map((id: { value: string }) => id.value)).toEqual(["kiosk-7"]);
  await context.close();
});

test("what one said is put right by whoever said it, and a second brand is chosen", async ({ browser }) => {
  const asks = await (await house.desk.get("/api/v1/asks")).json();
  const ask = asks.rows.find((one: { class: string; kind: number }) => one.class === "complaint" && one.kind < 0);
  const { page, context } = await moveIn(browser, ask.person);
  await openKnown(page);
  const said = part(page, "What you said").locator("li").filter({ hasText: ask.text }).first();
  await expect(said).toContainText("Taken for a complaint, meant unkindly.");
  await said.getByRole("button", { name: /^it was meant as something else/ }).click();
  await said.getByLabel("It was meant as", { exact: true }).selectOption("suggestion");
  await said.getByLabel("and it was meant").selectOption("1");
  await said.getByRole("button", { name: "Say so", exact: true }).click();
  await expect(said).toContainText("Taken for a suggestion, meant kindly.");

  await page.getByRole("link", { name: "Offers" }).click();
  const offer = page.getByRole("region", { name: "Mornings, of Kettle" });
  await offer
    .getByRole("button", { name: /^Hang / })
    .first()
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Hang it on my wall" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await openKnown(page);
  await expect(part(page, "What you did").locator("li").filter({ hasText: "placed" })).toContainText("Kettle");
  await page.getByLabel("About you and").selectOption({ label: "Kettle" });
  await expect(page).toHaveURL(/object=brand%3AKettle/);
  await expect(matter(page, "kind")).toContainText("You seem to like Kettle");
  await page.reload();
  await expect(matter(page, "kind")).toContainText("You seem to like Kettle");
  await context.close();
});

test("everything is taken along", async ({ browser }) => {
  const { page, context, handle } = await moveIn(browser, "customer:00007");
  await openKnown(page);
  const kept = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download everything" }).click();
  const file = await kept;
  expect(file.suggestedFilename()).toBe(`parlour-${handle}.zip`);
  // What is in the archive is stored as it is, so that it can be read in its bytes.
  const bytes = readFileSync(await file.path()).toString("latin1");
  expect(bytes.startsWith("PK")).toBe(true);
  for (const name of ["data.json", "index.html", "customer", "00007"]) expect(bytes).toContain(name);
  await context.close();
});

test("somebody is forgotten, with a receipt, and nothing opens their room any more", async ({
  browser,
  complaints,
}) => {
  complaints.allow(/40[014]/);
  const { page, context, handle } = await moveIn(browser, "customer:00008");
  const cookies = (await context.cookies()).map((one) => `${one.name}=${one.value}`).join("; ");
  await openKnown(page);
  const end = part(page, "Be forgotten");
  await expect(end).toContainText("keyed hash");
  await expect(end.getByLabel("Take nothing more of me in")).toBeChecked();
  await end.getByLabel("Write forget me").fill("forget you");
  await end.getByRole("button", { name: "Forget me" }).click();
  await expect(end.getByRole("alert")).toContainText("Nothing was erased.");
  await expect(end.getByLabel("Write forget me")).toHaveValue("forget you");
  await end.getByLabel("Write forget me").fill("forget me");
  await end.getByLabel("Write forget me").press("Enter");
  await expect(page).toHaveURL(/\/room\/receipt\/\w+$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("It is forgotten.");
  await expect(page.locator("main")).toContainText(/\d+ events/);
  await expect(page.locator("main")).toContainText("1 room");
  await expect(page.locator("main")).not.toContainText("00008");
  expect(await complaintsOf(page)).toEqual([]);
  const kept = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the receipt" }).click();
  const receipt = JSON.parse(readFileSync(await (await kept).path(), "utf8"));
  expect(page.url()).toContain(receipt.id);
  expect(receipt.seal).toMatch(/^[0-9a-f]{32}$/);

  // Another browser, without any session, reads the same.
  const other = await browser.newContext({ baseURL: house.base });
  const stranger = await other.newPage();
  await stranger.goto(page.url());
  await expect(stranger.getByText(receipt.seal)).toBeVisible();
  expect((await other.request.get(`/@${handle}`)).status()).toBe(404);
  expect((await other.request.get("/api/v1/room/me", { headers: { cookie: cookies } })).status()).toBe(401);
  expect((await house.desk.get("/api/v1/people/customer:00008")).status()).toBe(404);
  await stranger.goto("/room/receipt/00000000");
  await expect(stranger.getByRole("alert")).toContainText("this server wrote no such receipt");
  await page.goto("/room/known");
  await expect(page.getByRole("heading", { name: "Come in." })).toBeVisible();
  await Promise.all([other.close(), context.close()]);
});

for (const width of [360, 1280]) {
  test(`it reads well at ${width} px, light and dark`, async ({ browser }) => {
    const { page, context } = await moveIn(browser, `customer:0000${width === 360 ? 9 : 3}`, {
      viewport: { width, height: 800 },
    });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await openKnown(page);
      await expect(part(page, "What you did").locator("li").first()).toBeVisible();
      await matter(page, "involvement")
        .getByRole("button", { name: /^why\?/ })
        .click();
      await expect(page.locator("[data-why=involvement]")).toBeVisible();
      await matter(page, "stage")
        .getByRole("button", { name: /^that is wrong/ })
        .click();
      await part(page, "Where it lies").getByText("In which tables").click();
      await expect(part(page, "Where it lies").getByRole("table")).toBeVisible();
      expect(await complaintsOf(page), colorScheme).toEqual([]);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over, colorScheme).toBeLessThanOrEqual(0);
    }
    await context.close();
  });
}

test("somebody of whom nothing is known is told so", async ({ browser }) => {
  const { page, context } = await moveIn(browser, "");
  await openKnown(page);
  await expect(part(page, "What is concluded")).toContainText(/Nothing is concluded of you|About you and/);
  await expect(part(page, "What you said")).toContainText("You said nothing that was kept.");
  await expect(part(page, "Lists you are on")).toContainText("You are on no list.");
  expect(await complaintsOf(page)).toEqual([]);
  await context.close();
});

test("staff see what somebody said, and erase whoever asked them", async ({ browser }) => {
  // Somebody who disputes something, and does not want to be read afterwards.
  const guest = await moveIn(browser, "customer:00010");
  await openKnown(guest.page);
  await matter(guest.page, "stage")
    .getByRole("button", { name: /^that is wrong/ })
    .click();
  await guest.page.getByLabel(/^I am staying with/).check();
  await guest.page.getByRole("button", { name: "Say so", exact: true }).click();
  await expect(matter(guest.page, "stage")).toContainText("Your word counts");

  const context = await browser.newContext({ baseURL: house.base, locale: "en-GB" });
  await context.addCookies((await house.desk.storageState()).cookies);
  const page = await context.newPage();
  await page.goto("/people/customer%3A00010");
  await settled(page);
  await expect(page.locator(".kv div").filter({ hasText: "Stage" })).toContainText("They say: I am staying with");
  await expect(page.getByRole("region", { name: "What they dispute" })).toContainText(
    "it counts in place of the guess",
  );
  await expect(page.getByRole("region", { name: "What they agree to" })).toContainText("being readyes");
  expect(await complaintsOf(page)).toEqual([]);
  const reading = guest.page.getByLabel("Conclude things from what I do");
  await reading.focus();
  await guest.page.keyboard.press("Space");
  await expect(matter(guest.page, "stage")).toHaveCount(0);
  await expect(part(guest.page, "For what it may be used")).toContainText(/Off since .*, said by you, in your room\./);
  await page.reload();
  await expect(page.locator("[data-not-read]")).toContainText("They do not want to be read");
  await expect(page.locator(".kv")).toHaveCount(0);

  await page.getByRole("button", { name: "Erase …" }).click();
  const dialog = page.getByRole("dialog");
  const name = dialog.getByLabel(/^Write /);
  await name.fill("00010");
  await dialog.getByRole("button", { name: "Erase for good" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Nobody was erased.");
  await name.fill("customer:00010");
  await dialog.getByRole("button", { name: "Erase for good" }).click();
  await expect(dialog).toContainText("Nothing of them is left here");
  await expect(dialog).toContainText(/\/receipts\/\w+/);
  await dialog.getByRole("button", { name: "To the people" }).click();
  await expect(page).toHaveURL(/\/people/);
  expect((await house.desk.get("/api/v1/people/customer:00010")).status()).toBe(404);
  await page.goto("/settings?tab=erasures");
  await settled(page);
  await expect(page.getByRole("row").filter({ hasText: "by staff" })).toContainText("1 room");
  expect(await complaintsOf(page)).toEqual([]);
  await Promise.all([context.close(), guest.context.close()]);
});
