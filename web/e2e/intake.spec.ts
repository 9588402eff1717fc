// From nothing to the first event and on: a source is made, real requests knock at the real door, and the pages follow.
// Needs a house of its own, since what comes here changes every number.
import type { Page } from "@playwright/test";
import { Broker } from "./broker";
import { expect, open, settled, test } from "./house";

const link = process.env.PARLOUR_INTAKE_SIGN_IN ?? "";
const host = link.split("/sign-in")[0];

test.describe.configure({ mode: "serial" });

/** One browser page for the whole story, as one person would have. */
let page: Page;
let key = "";

test.beforeAll(async ({ browser }) => {
  page = await (await browser.newContext({ baseURL: host, viewport: { width: 1280, height: 800 } })).newPage();
});
test.afterAll(async () => page.context().close());

/** Knocks at a door as an SDK would; the answer's status. */
async function send(path: string, body: unknown, withKey = key): Promise<number> {
  const headers = { authorization: `Bearer ${withKey}`, "content-type": "text/plain" };
  const answer = await fetch(`${host}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  return answer.status;
}

const region = (name: string) => page.getByRole("region", { name, exact: true });
const shownKey = () => page.getByText(/^pk_[0-9A-Za-z]{27,}$/);

test("a source is made and its first event seen", async () => {
  await page.goto(link);
  await expect(page.locator("main h1")).toHaveText("Nobody is here yet.");
  await page.getByRole("link", { name: "make a source" }).click();
  await page.getByRole("button", { name: /^Make it/ }).click();
  await expect(page.getByText("Give it a name")).toBeVisible();
  await page.getByLabel("Name").fill("web-shop");
  await page.getByRole("combobox", { name: "Brand" }).fill("acme");
  await page.getByRole("button", { name: /^Make it/ }).click();
  await expect(shownKey()).toBeVisible();
  key = (await shownKey().textContent()) ?? "";
  await expect(page.locator("[data-heard=false]")).toBeVisible();
  await expect(page.locator("[data-tail=live]")).toBeVisible();
  for (const sdk of ["curl, Anywhere", "PostHog, Browser", "Segment, Python"]) {
    await page.getByRole("radio", { name: sdk }).check({ force: true });
    const lines = page.locator("pre", { hasText: key }).last();
    await expect(lines).toContainText(host?.replace("http://", "") ?? "");
  }
  const twoHoursAhead = (ms: number) => new Date(Date.now() + 7_200_000 + ms).toISOString();
  const batch = [
    {
      type: "identify",
      messageId: "i1",
      userId: "ann",
      anonymousId: "a-1",
      traits: { email: "ann@example.org" },
      timestamp: twoHoursAhead(-60_000),
    },
    {
      type: "track",
      messageId: "t1",
      userId: "ann",
      event: "Brewed Tea",
      properties: { cups: 3 },
      timestamp: twoHoursAhead(-30_000),
    },
  ];
  expect(await send("/v1/batch", { batch, sentAt: twoHoursAhead(0) })).toBe(200);
  await expect(page.locator("[data-heard=true]")).toBeVisible();
  const brewed = page.locator(".arrivals li", { hasText: "Brewed Tea" });
  await expect(brewed).toHaveAttribute("data-accepted", "true");
  await brewed.locator("summary").click();
  await expect(brewed.locator("pre")).toContainText('"cups": 3');
});

test("the test event arrives too, and counts for nothing", async () => {
  await page.getByRole("button", { name: "Send a test event" }).click();
  await expect(page.locator(".arrivals li", { hasText: "parlour-test" })).toBeVisible();
  await expect(page.locator("main h1")).toContainText("has sent 3 events");
});

test("held still, the tail waits and says how much came", async () => {
  await page.getByRole("button", { name: "hold still" }).click();
  const before = await page.locator(".arrivals li").count();
  expect(await send("/v1/track", { userId: "bob", event: "Product Viewed", messageId: "t2" })).toBe(200);
  await expect(page.getByText("held still; 1 event came since")).toBeVisible();
  await expect(page.locator(".arrivals li")).toHaveCount(before);
  await page.getByRole("button", { name: "go on", exact: true }).click();
  await expect(page.locator(".arrivals li")).toHaveCount(before + 1);
});

test("people are there, and a timeline opens to what was sent", async () => {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "People" }).click();
  await expect(page.locator('[data-person="user:ann"]')).toBeVisible();
  const bob = page.locator('[data-person="user:carl"]');
  await expect(bob).toHaveCount(0);
  expect(await send("/v1/track", { userId: "carl", event: "Product Viewed", messageId: "t3" })).toBe(200);
  await expect(bob, "the list fills while it is looked at").toBeVisible();
  await page.locator('[data-person="user:ann"] a').click();
  await settled(page);
  const brewed = page.locator(".happened li", { hasText: "Brewed Tea" });
  await expect(brewed).toContainText("web-shop");
  await expect(brewed).toContainText("its clock was put right");
  await brewed.getByRole("button", { name: /^What was sent/ }).click();
  await expect(brewed.locator("dl")).toContainText("its clock said");
  await expect(brewed.locator("pre")).toContainText('"messageId": "t1"');
  await expect(page.getByRole("img", { name: /^3 ids/ })).toBeVisible();
});

test("a name is mapped, and the past follows there and back", async () => {
  const standing = async () => {
    await open(page, "/people/user%3Aann");
    return (await page.locator("main h1").textContent()) ?? "";
  };
  const before = await standing();
  expect(before).toContain("not a customer");
  await open(page, "/settings?tab=names");
  await expect(page.locator("main h1")).toContainText("1 name");
  await page.getByRole("button", { name: "Choose a verb for Brewed Tea" }).click();
  await page.getByRole("combobox", { name: "Verb for Brewed Tea" }).fill("bought");
  await page.getByRole("option", { name: /^bought · / }).click();
  await expect(page.locator("[data-said]")).toContainText("“Brewed Tea” now stands for “bought”; its 1 past event");
  const after = await standing();
  expect(after).not.toContain("not a customer");
  await open(page, "/settings?tab=names");
  await page.getByRole("button", { name: "Take back the verb of Brewed Tea" }).click();
  await expect(page.locator("main h1")).toContainText("1 name");
  expect(await standing()).toBe(before);
});

test("what was rejected is mended and replayed", async () => {
  expect(await send("/api/v1/events", { id: "n1", subject: "user:dora", verb: "viewed" })).toBe(200);
  expect(await send("/v1/batch", { batch: [{ type: "track", messageId: "n2", event: "Product Viewed" }] })).toBe(200);
  await open(page, "/settings?tab=rejected");
  await expect(page.locator("main h1")).toContainText("2 things that were sent were not taken");
  await page.getByLabel("In payload or message").fill("dora");
  await expect(page).toHaveURL(/text=dora/);
  const dora = page.locator("[data-rejected]", { hasText: "object" });
  await expect(page.locator("[data-rejected]")).toHaveCount(1);
  await dora.locator("summary").click();
  const payload = dora.getByRole("textbox");
  const sent = JSON.parse(await payload.inputValue());
  await payload.fill("{ no json");
  await expect(dora.getByText(/^This is no JSON/)).toBeVisible();
  await expect(dora.getByRole("button", { name: "Keep and replay" })).toBeDisabled();
  await payload.fill(JSON.stringify({ ...sent, object: "brand:acme" }));
  await dora.getByRole("button", { name: "Keep and replay" }).click();
  await expect(page.locator("[data-said]")).toHaveText("1 rejection was taken after all.");
  await open(page, "/people/user%3Adora");
  await expect(page.locator(".happened li")).toContainText("viewed");
  await open(page, "/settings?tab=rejected");
  await expect(page.locator("[data-rejected]")).toHaveCount(1);
  const file = page.waitForEvent("download");
  await page.getByRole("link", { name: "JSON lines" }).click();
  expect((await file).suggestedFilename()).toBe("rejected.jsonl");
  await page.getByRole("button", { name: "drop all 1" }).click();
  await page.getByRole("button", { name: "Drop them" }).click();
  await expect(page.locator("main h1")).toHaveText("Nothing waits to be mended.");
  await open(page, "/settings");
  await expect(page.locator(".equations li .neg")).toHaveCount(0);
});

test("a shared machine joins nobody until somebody says so", async () => {
  for (const who of ["eva", "finn", "gil"]) {
    const body = { type: "identify", messageId: `k-${who}`, userId: who, anonymousId: "kiosk-1" };
    expect(await send("/v1/identify", body)).toBe(200);
  }
  await open(page, "/settings?tab=merges");
  await expect(page.locator("main h1")).toContainText("Safeguards held 3 links");
  const eva = page.locator("[data-link]", { hasText: "user:eva" });
  await eva.getByRole("button", { name: /^force/ }).click();
  await page.getByRole("button", { name: "Join them" }).click();
  await expect(eva).toHaveCount(0);
  await open(page, "/people/user%3Aeva");
  await expect(page.getByText("joined by force")).toBeVisible();
  await page.getByRole("button", { name: /^leave it to the safeguards/ }).click();
  await page.getByRole("button", { name: "Let them judge" }).click();
  await expect(page.getByRole("button", { name: /^force: .*user:eva/ })).toBeVisible();
});

test("a webhook is mapped, tried and taken", async () => {
  await open(page, "/settings?tab=sources&source=new");
  await page.getByLabel("Name").fill("billing");
  await page.getByRole("radio", { name: /webhook/ }).check();
  await page.getByRole("button", { name: /^Make it/ }).click();
  await expect(shownKey()).toBeVisible();
  const hookKey = (await shownKey().textContent()) ?? "";
  await page.getByLabel("subject", { exact: true }).fill("body.customer.nobody");
  await page.getByLabel("subject_kind").fill("customer");
  await page.getByLabel("verb").fill("'bought'");
  const tried = page.locator("[data-tried]");
  await page.getByRole("button", { name: "Try", exact: true }).click();
  await expect(tried).toContainText("would be rejected");
  await page.getByLabel("subject", { exact: true }).fill("body.customer.id");
  await page.getByRole("button", { name: "Try", exact: true }).click();
  await expect(tried).toContainText("It becomes 1 event");
  await expect(tried.locator("pre")).toContainText('"id": "42"');
  await page.getByRole("button", { name: "Keep the mapping" }).click();
  await expect(page.getByText("Kept.")).toBeVisible();
  expect(await send("/in/billing", { customer: { id: "77" } }, hookKey)).toBe(200);
  await expect(page.locator(".arrivals li", { hasText: "customer:77" })).toBeVisible();
  await expect(page.locator("[data-heard=true]")).toBeVisible();
});

test("a broker is listened to, and what is wrong with it is said", async () => {
  const broker = await Broker.start();
  try {
    await open(page, "/settings?tab=sources&source=new");
    await page.getByLabel("Name").fill("tills");
    await page.getByRole("radio", { name: /MQTT/ }).check();
    await page.getByRole("button", { name: "Make it, and name its broker" }).click();
    await expect(page.getByText("No broker is named yet.")).toBeVisible();
    await expect(shownKey(), "nobody needs a key for this").toHaveCount(0);
    const keep = page.getByRole("button", { name: "Keep it, and listen" });
    await page.getByLabel("subject", { exact: true }).fill("levels[1]");
    await page.getByLabel("verb").fill("'bought'");
    await expect(page.getByText("Still needed: broker, topic.")).toBeVisible();
    await expect(keep).toBeDisabled();
    await page.getByLabel("topic", { exact: true }).fill("shop/+/sold");
    await page.getByLabel("broker", { exact: true }).fill("mqtt://till:s3cret@127.0.0.1:1");
    await page.getByLabel("Published to").fill("shop/hanna/sold");
    await page.getByRole("button", { name: "Try", exact: true }).click();
    await expect(page.locator("[data-tried]")).toContainText("It becomes 1 event");
    await expect(page.locator("[data-tried] pre")).toContainText('"id": "hanna"');
    await keep.click();
    await expect(page.getByText("Kept.")).toBeVisible();
    await expect(page.getByText("Not connected")).toBeVisible();
    await expect(page.locator("[data-connected=false]")).toContainText("127.0.0.1:1 cannot be reached");
    await expect(page.getByLabel("broker", { exact: true }), "a password is not shown").toHaveValue(
      "mqtt://till@127.0.0.1:1",
    );
    await expect(page.getByText("one is kept, and never shown")).toBeVisible();
    await page.getByLabel("broker", { exact: true }).fill(`mqtt://127.0.0.1:${broker.port}`);
    await keep.click();
    await expect(page.locator("[data-connected=true]")).toContainText("no message has come");
    await broker.publish("shop/hanna/sold", '{"sku":"teapot"}');
    await expect(page.locator(".arrivals li", { hasText: "user:hanna" })).toBeVisible();
    await expect(page.locator("[data-heard=true]")).toBeVisible();
    await expect(page.locator("[data-connected=true]")).toContainText("the last message came");
    broker.stop();
    await expect(page.getByText("Not connected")).toBeVisible();
    await open(page, "/settings?tab=sources");
    await expect(page.getByRole("row", { name: /tills/ })).toContainText("not connected");
    await page.getByRole("link", { name: "tills", exact: true }).click();
    await page.getByRole("button", { name: "Remove the source" }).click();
    await expect(page.getByRole("dialog")).toContainText("The subscription ends");
    await page.getByRole("button", { name: "Revoke it" }).click();
    await expect(page.locator("main h1")).toContainText("tills was revoked");
  } finally {
    broker.stop();
  }
});

test("a key is replaced, and the old one goes on for a while", async () => {
  await open(page, "/settings?tab=sources");
  await page.getByRole("link", { name: "web-shop", exact: true }).click();
  await expect(shownKey(), "a key is shown once").toHaveCount(0);
  await page.getByRole("button", { name: "Replace the key" }).click();
  await expect(page.getByRole("dialog")).toContainText("Both keys work until");
  await page.getByRole("button", { name: "Make a new key" }).click();
  await expect(shownKey()).toBeVisible();
  const newKey = (await shownKey().textContent()) ?? "";
  expect(newKey).not.toBe(key);
  const view = (id: string) => ({ userId: "ann", event: "Product Viewed", messageId: id });
  expect(await send("/v1/track", view("r1"), key)).toBe(200);
  expect(await send("/v1/track", view("r2"), newKey)).toBe(200);
  await expect(region("Keys").getByText("✓ good")).toHaveCount(2);
  await page.getByRole("button", { name: "Replace the key" }).click();
  await page.getByLabel("The old key goes on working for").selectOption("0");
  await expect(page.getByRole("dialog")).toContainText("stops at once");
  await page.getByRole("button", { name: "Make a new key" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  expect(await send("/v1/track", view("r3"), newKey)).toBe(401);
  key = (await shownKey().textContent()) ?? "";
  expect(await send("/v1/track", view("r4"))).toBe(200);
});

test("no page of Settings scrolls sideways or lacks its one headline", async () => {
  test.setTimeout(120_000);
  const tabs = ["sources", "sources&source=new", "sources&source=1", "sources&source=2", "names", "rejected", "merges"];
  for (const width of [360, 640, 1280]) {
    await page.setViewportSize({ width, height: 740 });
    for (const path of [...tabs.map((tab) => `/settings?tab=${tab}`), "/settings", "/people/user%3Aann"]) {
      await open(page, path);
      await expect(page.locator("h1"), path).toHaveCount(1);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over, `${path} at ${width}`).toBeLessThanOrEqual(0);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
});

test("the palette leads to the parts of Settings", async () => {
  await open(page, "/");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find" }).fill("new source");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/source=new/);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find" }).fill("rejections");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/tab=rejected/);
});

test("a revoked source is shut out, and what it sent stays", async () => {
  await open(page, "/settings?tab=sources&source=1");
  await page.getByRole("button", { name: "Revoke the source" }).click();
  await expect(page.getByRole("dialog")).toContainText("is answered with 401");
  await page.getByRole("button", { name: "Revoke it" }).click();
  await expect(page.locator("main h1")).toContainText("was revoked");
  expect(await send("/v1/track", { userId: "ann", event: "Product Viewed", messageId: "z1" })).toBe(401);
  await open(page, "/people/user%3Aann");
  await expect(page.locator(".happened li").first()).toBeVisible();
});
