// The people of the Desk: an invitation, a password, what a role is offered, a passkey of a virtual authenticator, the
// audit log, and another provider to sign in with, which is a real one.
import { createServer, type Server } from "node:http";
import type { Page } from "@playwright/test";
import Provider from "oidc-provider";
import { expect, test } from "./house";
import { freePort, OwnServer } from "./own-server";

test.describe.configure({ mode: "serial" });

const QUICK = "[passwords]\nmemory_kib = 8192\npasses = 1\n";
let own: OwnServer;
let provider: Server;
let issuer: string;

/** A provider that everybody may sign in to by a name, which is then their address; with "un" before it, unverified. */
async function startProvider(desk: string): Promise<void> {
  const port = await freePort();
  issuer = `http://127.0.0.1:${port}`;
  const oidc = new Provider(issuer, {
    clients: [
      {
        client_id: "parlour",
        client_secret: "a secret of the two",
        redirect_uris: [`${desk}/api/v1/sign-in/oidc/back`],
        response_types: ["code"],
        grant_types: ["authorization_code"],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: !id.startsWith("un"), name: id }),
    }),
    cookies: { keys: ["for this test"] },
  });
  provider = createServer(oidc.callback());
  await new Promise<void>((done) => provider.listen(port, "127.0.0.1", done));
}

test.beforeAll(async () => {
  const desk = await freePort();
  await startProvider(`http://localhost:${desk}`);
  own = await OwnServer.start(
    `${QUICK}[delivery]\ndesk = "http://localhost:${desk}"\n[oidc]\nissuer = "${issuer}"\nclient_id = "parlour"\n` +
      `client_token = "a secret of the two"\nname = "the test's provider"\ndomain = ""\n`,
    desk,
  );
});

test.afterAll(async () => {
  await own?.stop();
  provider?.close();
});

const desk = () => `http://localhost:${own.port}`;

async function signInWithPassword(page: Page, name: string, password: string): Promise<void> {
  await page.goto(`${desk()}/sign-in`);
  await page.getByLabel("Name or mail address").fill(name);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test("somebody is invited, joins, and is offered what an agent may", async ({ page, browser, complaints }) => {
  complaints.allow(/40[134]/);
  await page.goto(await own.link());
  await expect(page).toHaveURL(/\/$/);
  await page.goto(`${desk()}/settings?tab=people`);
  await expect(page.locator("main h1")).toHaveText("1 person works at this Desk.");
  await page.getByRole("button", { name: "Invite somebody" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("Anna Müller");
  await expect(dialog.getByLabel("Handle")).toHaveValue("anna");
  await dialog.getByLabel("Mail address").fill("anna@example.org");
  await dialog.getByRole("button", { name: "Make the link" }).click();
  const link = await page.locator(".copyable code").first().textContent();
  expect(link).toMatch(/\/invitation\?token=\w{64}$/);

  const context = await browser.newContext();
  const annas = await context.newPage();
  await annas.goto(link ?? "");
  await expect(annas.locator("h1")).toHaveText("Welcome, Anna Müller.");
  await annas.getByRole("textbox", { name: "Password" }).fill("a long password");
  await annas.getByRole("button", { name: "Come in" }).click();
  await expect(annas.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Asks" })).toBeVisible();
  await expect(annas.getByRole("link", { name: "Explore" })).toHaveCount(0);
  await annas.goto(`${desk()}/settings`);
  await expect(annas.getByRole("tab")).toHaveText(["You"]);
  await expect(annas.getByText("You are anna, agent")).toBeVisible();
  const refused = await annas.request.get(`${desk()}/api/v1/staff`);
  expect(refused.status()).toBe(403);
  await annas.goto(link ?? "");
  await expect(annas.locator("h1")).toHaveText("This invitation is not good any more.");
  await context.close();

  await page.goto(`${desk()}/settings?tab=audit`);
  await expect(page.getByRole("row").filter({ hasText: "took the invitation up" })).toContainText("anna");
  await page.goto(`${desk()}/settings?tab=people`);
  await expect(page.locator("main h1")).toHaveText("2 people work at this Desk.");
});

test("a password signs in, a wrong one does not", async ({ page, complaints }) => {
  complaints.allow(/40[14]/);
  await signInWithPassword(page, "anna@example.org", "not the password");
  await expect(page.getByRole("alert")).toContainText("do not go together");
  await signInWithPassword(page, "anna", "a long password");
  await expect(page).toHaveURL(`${desk()}/`);
});

test("a passkey is added, signs in, and its signature is good once", async ({ page, complaints }) => {
  complaints.allow(/40[014]/);
  const client = await page.context().newCDPSession(page);
  await client.send("WebAuthn.enable");
  const { authenticatorId } = await client.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await signInWithPassword(page, "anna", "a long password");
  await expect(page).toHaveURL(`${desk()}/`);
  await page.goto(`${desk()}/settings?tab=browser`);
  await page.getByLabel("Name of a new passkey").fill("this laptop");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByRole("row").filter({ hasText: "this laptop" })).toContainText("not yet");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You are signed out.");

  const sent = page.waitForRequest((request) => request.url().endsWith("/sign-in/passkey"));
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page).toHaveURL(`${desk()}/`);
  const body = (await sent).postDataJSON();
  const again = await page.request.post(`${desk()}/api/v1/sign-in/passkey`, { data: body });
  expect(again.status(), "what was signed once is no use twice").toBe(401);
  await page.goto(`${desk()}/settings?tab=browser`);
  await expect(page.getByRole("row").filter({ hasText: "this laptop" })).not.toContainText("not yet");

  // Whoever is at the device must be verified.
  await client.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("alert")).toContainText("no passkey was used");
  await client.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page).toHaveURL(`${desk()}/`);
  await page.goto(`${desk()}/settings?tab=browser`);
  await page.getByRole("button", { name: "Remove the passkey this laptop" }).click();
  await expect(page.getByRole("row").filter({ hasText: "this laptop" })).toHaveCount(0);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("alert")).toContainText("not known here");
});

/** Signs in at the provider's own development pages. */
async function passProvider(page: Page, login: string): Promise<void> {
  await page.goto(`${desk()}/sign-in?then=/asks`);
  await page.getByRole("link", { name: "Sign in with the test's provider" }).click();
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("anything");
  await page.locator("button[type=submit]").click();
  await page.locator("button[type=submit]").click();
}

test.describe("another provider", () => {
  // Its own pages are not ours to judge.
  test.beforeEach(({ complaints }) => complaints.allow(/.*/));

  test("lets in who was invited, by their verified address", async ({ page }) => {
    await passProvider(page, "anna");
    await expect(page).toHaveURL(`${desk()}/asks`);
    const session = await (await page.request.get(`${desk()}/api/v1/session`)).json();
    expect(session.person).toBe("anna");
  });

  test("lets in nobody else, and no address that is not verified", async ({ browser }) => {
    for (const [login, words] of [
      ["eve", "Nobody of this Desk has the mail address"],
      ["unanna", "was not verified"],
    ] as const) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await passProvider(page, login);
      await expect(page.getByRole("alert")).toContainText(words);
      expect((await page.request.get(`${desk()}/api/v1/session`)).status()).toBe(401);
      await context.close();
    }
  });

  test("a way back that another browser began leads nowhere", async ({ browser }) => {
    const [mine, theirs] = [await browser.newContext(), await browser.newContext()];
    const began = await mine.request.get(`${desk()}/api/v1/sign-in/oidc`, { maxRedirects: 0 });
    const state = new URL(began.headers().location ?? "").searchParams.get("state");
    expect(state).toMatch(/^\w{64}$/);
    for (const query of [`state=${state}&code=x`, "code=x", "state=x&code=x"]) {
      const back = await theirs.request.get(`${desk()}/api/v1/sign-in/oidc/back?${query}`, { maxRedirects: 0 });
      expect(back.status()).toBe(303);
      expect(back.headers().location).toBe("/sign-in?refused=failed");
    }
    const back = await mine.request.get(`${desk()}/api/v1/sign-in/oidc/back?state=${state}&code=x`, {
      maxRedirects: 0,
    });
    expect(back.headers().location, "the provider knows no such code").toBe("/sign-in?refused=failed");
    await Promise.all([mine.close(), theirs.close()]);
  });
});
