// The widget on somebody's page, of another origin and with a strict policy: written in, answered in the Desk, read again.
import { createHmac } from "node:crypto";
import type { APIRequestContext, Page } from "@playwright/test";
import { expect, open, test, VISITORS_SESSION } from "./house";
import { Shop } from "./shop";

test.describe.configure({ mode: "serial" });

const parlour = (process.env.PARLOUR_VISITORS_SIGN_IN ?? "").split("/sign-in")[0] ?? "";
const secret = "a secret of the shop";
const name = `visitors-${process.pid}`;
let shop: Shop;
let key = "";
let id = 0;

const sign = (user: string) => createHmac("sha256", secret).update(user).digest("hex");
const script = (more: string) => `<script src="${parlour}/widget.js" data-key="${key}" ${more} async></script>`;

test.beforeAll(async ({ playwright }) => {
  const request = await playwright.request.newContext({ baseURL: parlour, storageState: VISITORS_SESSION });
  const made = await request.post("/api/v1/sources", { data: { name, kind: "form", brand: "acme", secret } });
  expect(made.status()).toBe(201);
  ({
    key,
    source: { id },
  } = (await made.json()) as { key: string; source: { id: number } });
  await request.dispose();
  shop = await Shop.open(parlour, (path) => {
    if (path.endsWith("/anna"))
      return script(`data-user="anna-${process.pid}" data-signature="${sign(`anna-${process.pid}`)}"`);
    if (path.endsWith("/liar")) return script('data-user="anna" data-signature="00"');
    return script("");
  });
});
test.afterAll(() => shop.close());

interface Row {
  thread: string;
  text: string;
  source: string;
  person: string | null;
}

async function threadOf(request: APIRequestContext, text: string): Promise<Row> {
  let found: Row | undefined;
  await expect(async () => {
    const rows = (await (await request.get(`/api/v1/asks?state=all&source=${name}`)).json()) as { rows: Row[] };
    found = rows.rows.find((row) => row.text === text);
    expect(found).toBeDefined();
  }).toPass();
  return found as Row;
}

async function answer(request: APIRequestContext, thread: string, text: string): Promise<void> {
  const sent = await request.post(`/api/v1/threads/${thread}/reply`, { data: { text } });
  expect(sent.status()).toBe(201);
}

const panel = (page: Page) => page.getByRole("dialog", { name: "Write to us" });

test("a visitor writes by keyboard, sees the answer as it comes, and keeps nothing unless they say so", async ({
  page,
}) => {
  const text = `Where is my order ${process.pid}-1?`;
  await page.goto(`${shop.origin}/en`);
  const launch = page.getByRole("button", { name: "Write to us" });
  await expect(launch).toBeVisible();
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
  await launch.focus();
  await page.keyboard.press("Enter");
  await expect(panel(page)).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Your message" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(launch).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.type(text);
  await page.keyboard.press("Control+Enter");
  const log = page.getByRole("log");
  await expect(log.getByRole("listitem")).toContainText([text]);
  await expect(page.getByRole("status")).toHaveText("Sent.");
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length)).toBe(0);
  const row = await threadOf(page.request, text);
  expect(row.person).toMatch(/^anonymous:visitor-/);
  await answer(page.request, row.thread, "It left on Monday.");
  await expect(log.getByText("It left on Monday.")).toBeVisible({ timeout: 30_000 });
  await expect(log.getByRole("listitem")).toHaveCount(2);
  // Nothing was kept: the page that comes after knows of nothing.
  await page.reload();
  await launch.click();
  await expect(page.getByRole("log").getByRole("listitem")).toHaveCount(0);
});

test("what is kept is found again, with the answer that came meanwhile, until it is forgotten", async ({ page }) => {
  const text = `The parcel is broken ${process.pid}-2!`;
  await page.goto(`${shop.origin}/en`);
  await page.getByRole("button", { name: "Write to us" }).click();
  await page.getByRole("textbox", { name: "Your message" }).fill(text);
  await page.getByRole("checkbox", { name: /^Keep this conversation/ }).check();
  expect(await page.evaluate(() => localStorage.length), "nothing before something is written").toBe(0);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("status")).toHaveText("Sent.");
  expect(await page.evaluate(() => localStorage.length)).toBe(1);
  const row = await threadOf(page.request, text);
  await page.goto("about:blank");
  await answer(page.request, row.thread, "We are sorry; a new one is on its way.");
  await expect(async () => {
    const thread = (await (await page.request.get(`/api/v1/threads/${row.thread}`)).json()) as { posts: unknown[] };
    expect(thread.posts).toHaveLength(2);
  }).toPass({ timeout: 30_000 });
  await page.goto(`${shop.origin}/en`);
  const news = page.getByRole("button", { name: "New answer (1)" });
  await news.click();
  const log = page.getByRole("log");
  await expect(log.getByRole("listitem")).toHaveCount(2);
  await expect(log.getByText("a new one is on its way")).toBeVisible();
  await page.getByRole("button", { name: "End and forget this conversation" }).click();
  await expect(log.getByRole("listitem")).toHaveCount(0);
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
});

test("a user is who the site's server says, and nobody by saying so", async ({ page, browser, complaints }) => {
  const text = `I need my invoice ${process.pid}-3.`;
  await page.goto(`${shop.origin}/en/anna`);
  await page.getByRole("button", { name: "Write to us" }).click();
  await expect(page.getByRole("checkbox"), "nothing has to be kept").toHaveCount(0);
  await page.getByRole("textbox", { name: "Your message" }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  const row = await threadOf(page.request, text);
  expect(row.person).toBe(`user:anna-${process.pid}`);
  // On another device, where they signed in too.
  const other = await (await browser.newContext()).newPage();
  await other.goto(`${shop.origin}/en/anna`);
  await other.getByRole("button", { name: "Write to us" }).click();
  await expect(other.getByRole("log").getByText(text)).toBeVisible();
  await other.context().close();

  complaints.allow(/401/);
  const lie = `Show me Anna's orders ${process.pid}-4.`;
  await page.goto(`${shop.origin}/en/liar`);
  await page.getByRole("button", { name: "Write to us" }).click();
  await page.getByRole("textbox", { name: "Your message" }).fill(lie);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("status")).toHaveText("Sent.");
  expect((await threadOf(page.request, lie)).person).toMatch(/^anonymous:/);
});

test("it speaks the page's language, fits a phone, and says what is wrong", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 640 });
  for (const [language, open, mail] of [
    ["de", "Schreiben Sie uns", "Mailadresse für die Antwort (freiwillig)"],
    ["es", "Escríbanos", "Correo para la respuesta (opcional)"],
    ["fr", "Écrivez-nous", "Adresse électronique pour la réponse (facultatif)"],
    ["it", "Write to us", "Mail address for the answer (optional)"],
  ] as const) {
    await page.goto(`${shop.origin}/${language}`);
    await page.getByRole("button", { name: open }).click();
    await expect(page.getByRole("textbox", { name: mail })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  }
  await page.getByRole("textbox", { name: "Your message" }).fill("Hello?");
  const mail = page.getByRole("textbox", { name: /^Mail address/ });
  await mail.fill("nobody");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("status")).toHaveText("This is no mail address.");
  await expect(mail).toBeFocused();
  await expect(mail).toHaveAttribute("aria-invalid", "true");
});

test("what cannot be sent waits to be sent again, and is sent once", async ({ page, complaints }) => {
  complaints.allow(/ERR_FAILED|Failed to load/);
  const text = `Are you there ${process.pid}-5?`;
  await page.goto(`${shop.origin}/en`);
  await page.getByRole("button", { name: "Write to us" }).click();
  let n = 0;
  await page.route("**/widget/v1/write", async (route) => {
    n += 1;
    // It arrives, and the answer is lost.
    if (n === 1) await route.fetch();
    if (n === 1) await route.abort();
    else await route.continue();
  });
  await page.getByRole("textbox", { name: "Your message" }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("status")).toHaveText("Sent.");
  await expect(page.getByRole("log").getByRole("listitem")).toHaveCount(1);
  const row = await threadOf(page.request, text);
  const thread = (await (await page.request.get(`/api/v1/threads/${row.thread}`)).json()) as { posts: unknown[] };
  expect(thread.posts).toHaveLength(1);
});

test("the Desk shows the lines, the widget itself, and where an answer goes", async ({ page }) => {
  await open(page, `/settings?tab=sources&source=${id}`);
  await expect(page.getByText(`data-key="${key}"`).first()).toBeVisible();
  await page.getByRole("button", { name: "Show it here" }).click();
  const preview = page.getByRole("region", { name: "Write to us" });
  const text = `Tried in the Desk ${process.pid}-6?`;
  await preview.getByRole("textbox", { name: "Your message" }).fill(text);
  await preview.getByRole("button", { name: "Send" }).click();
  await expect(preview.getByRole("log").getByText(text)).toBeVisible();
  const row = await threadOf(page.request, text);
  await open(page, `/asks?thread=${row.thread}`);
  await expect(page.getByText(`shown in the widget where they wrote (${name})`)).toBeVisible();
});

test("the page without a script keeps what is written", async ({ browser }) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false, locale: "de-DE" })).newPage();
  await page.setViewportSize({ width: 360, height: 640 });
  await page.goto(`${parlour}/form/${name}`);
  await page.getByRole("textbox", { name: "Ihre Nachricht" }).fill(`Wo bleibt mein Paket ${process.pid}-7?`);
  await page.getByRole("textbox", { name: "Ihre Mailadresse" }).fill("anna@example.com");
  await page.getByRole("button", { name: "Senden" }).click();
  await expect(page.getByRole("status")).toContainText("anna@example.com");
  await page.context().close();
});
