// A mail as it was sent, in a real browser: nothing in it runs, and nobody is asked for a picture until somebody wants that.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Dovecot } from "./dovecot";
import { expect, test } from "./house";
import { freePort, OwnServer } from "./own-server";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

test.describe.configure({ mode: "serial" });

let server: OwnServer;
let dovecot: Dovecot;
let elsewhere: Server;
const asked: string[] = [];

test.beforeAll(async () => {
  server = await OwnServer.start("", await freePort());
  dovecot = await Dovecot.start();
  elsewhere = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(200, { "content-type": "image/png" }).end(Buffer.from(PIXEL, "base64"));
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
});

test.afterAll(async () => {
  await server?.stop();
  await dovecot?.stop();
  elsewhere?.close();
});

test("a mail is seen as it was sent, and does nothing", async ({ page, complaints }) => {
  // The Desk opens while there is nothing in it yet.
  complaints.allow(/api\/v1\/today/);
  // The test itself looks into the frame, by a script that the frame does not run.
  complaints.allow(/Blocked script execution/);
  const { port } = elsewhere.address() as AddressInfo;
  dovecot.deliver(
    "1",
    `Message-ID: <h1@example.org>
From: Anna <anna@example.org>
To: help@acme.example
Subject: The lamp is broken
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: multipart/related; boundary=y

--y
Content-Type: text/html; charset=utf-8

<html><body><h2 style="color:#a00">The lamp is broken.</h2><p>Why does nobody <b>answer</b>? Here it is:</p>
<img src="cid:lamp@x" alt="the lamp"><img src="http://127.0.0.1:${port}/track.png" alt="elsewhere">
<script>parent.document.title = "taken"; fetch("http://127.0.0.1:${port}/script")</script>
<img src="x" onerror="fetch('http://127.0.0.1:${port}/handler')">
<div style="background:url(http://127.0.0.1:${port}/style)">x</div></body></html>
--y
Content-Type: image/png
Content-ID: <lamp@x>
Content-Disposition: inline; filename="lamp.png"
Content-Transfer-Encoding: base64

${PIXEL}
--y--
--x--
`,
  );
  const base = `http://localhost:${server.port}`;
  await page.goto(await server.link());
  await expect(page).not.toHaveURL(/sign-in/);
  const source = { name: "help", brand: "acme", kind: "mail", mailbox: dovecot.mailbox() };
  expect((await page.request.post(`${base}/api/v1/sources`, { data: source })).ok()).toBe(true);
  const asks = async () => (await (await page.request.get(`${base}/api/v1/asks?state=all`)).json()).rows;
  await expect.poll(async () => (await asks()).length, { timeout: 30_000 }).toBe(1);
  await page.goto(`${base}/asks?thread=${(await asks())[0].thread}`);

  await expect(page.locator("p.text")).toContainText("Why does nobody answer? Here it is:");
  const picture = page.getByRole("img", { name: "lamp.png" });
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(1);
  await page.getByRole("button", { name: "Show as it was sent" }).click();
  const frame = page.frameLocator("iframe[title='The mail as it was sent']");
  await expect(frame.getByRole("heading", { name: "The lamp is broken." })).toHaveCSS("color", "rgb(170, 0, 0)");
  const width = (name: string) => frame.getByAltText(name).evaluate((img: HTMLImageElement) => img.naturalWidth);
  await expect.poll(() => width("the lamp")).toBe(1);
  expect(await width("elsewhere")).toBe(0);
  expect(asked).toEqual([]);

  await expect(page.getByText("A picture lies on somebody else’s server")).toBeVisible();
  await page.getByRole("button", { name: "Load it" }).click();
  await expect.poll(() => width("elsewhere")).toBe(1);
  expect(asked).toEqual(["/track.png"]);
  await expect(page).not.toHaveTitle("taken");
  await page.getByRole("button", { name: "Hide how it was sent" }).click();
  await expect(page.locator("iframe")).toHaveCount(0);
});
