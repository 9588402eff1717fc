// The browser the page clients run in: the system's Chromium, and a page of a shop that is not where Parlour is.
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const EXECUTABLE = process.env.PARLOUR_CHROMIUM ?? "/usr/bin/chromium";
/** As a person's browser says it; a scripted one is taken for a bot, whose events PostHog's client drops. */
const USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const bundles = new Map();
let opened;

/** The browser and the shop, opened at first use. The shop has its own port, so that every request crosses origins. */
function house() {
  opened ??= (async () => {
    const shop = createServer((request, response) => {
      if (request.url === "/") {
        response.setHeader("Content-Type", "text/html");
        response.end("<!doctype html><title>Shop</title>");
      } else {
        response.statusCode = 404;
        response.end();
      }
    });
    await new Promise((resolve) => shop.listen(0, "127.0.0.1", resolve));
    const args = ["--no-sandbox", "--disable-dev-shm-usage"];
    const browser = await chromium.launch({ executablePath: EXECUTABLE, args });
    return { shop, browser, url: `http://127.0.0.1:${shop.address().port}/` };
  })();
  return opened;
}

/** Closes the browser, if one was opened. */
export async function close() {
  if (!opened) return;
  const { shop, browser } = await opened;
  opened = undefined;
  await browser.close();
  await new Promise((resolve) => shop.close(resolve));
}

function bundle(driver) {
  if (!bundles.has(driver)) {
    const entryPoints = [fileURLToPath(new URL(`drivers/${driver}`, import.meta.url))];
    const built = build({
      entryPoints,
      bundle: true,
      write: false,
      format: "iife",
      platform: "browser",
      logLevel: "error",
    });
    bundles.set(
      driver,
      built.then(({ outputFiles }) => outputFiles[0].text),
    );
  }
  return bundles.get(driver);
}

const isOurs = (url) => new URL(url).hostname === "127.0.0.1";

/** Runs the lines that a page of the shop would have, in a fresh profile, and stays there until `done`. Asking anybody
 * beyond this machine is a fault. */
export async function runLines(lines, done) {
  const { browser, url } = await house();
  const built = await build({
    stdin: { contents: lines, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    logLevel: "error",
  });
  const context = await browser.newContext({ userAgent: USER_AGENT });
  await context.addInitScript(() => Object.defineProperty(navigator, "webdriver", { get: () => false }));
  const failures = [];
  try {
    const page = await context.newPage();
    page.on("pageerror", (error) => failures.push(error.message));
    page.on("request", (request) => isOurs(request.url()) || failures.push(`${request.url()} was asked for`));
    await page.goto(url);
    await page.addScriptTag({ content: built.outputFiles[0].text });
    await done();
    if (failures.length > 0) throw new Error("it came, but");
  } catch (error) {
    throw new Error([error.message, ...failures].join("\n"), { cause: error });
  } finally {
    await context.close();
  }
}

/** Lives through the day in a fresh profile; returns when all of it is delivered. */
export async function live(client, { host, key, options, script, delivered }) {
  const { browser, url } = await house();
  const context = await browser.newContext();
  const failures = [];
  try {
    const page = await context.newPage();
    page.on("pageerror", (error) => failures.push(error.message));
    await page.goto(url);
    await page.addScriptTag({ content: await bundle(client.driver) });
    await page.evaluate((day) => window.live(day), { host, key, options, script });
    if (client.leaves) {
      // A request that is being prepared when a page is left is lost, and no server can help that; what is queued is not.
      await delivered(client.leaves.after);
      await page.goto("about:blank");
    }
    await delivered(script.calls.length);
  } catch (error) {
    throw new Error([error.message, ...failures].join("\n"), { cause: error });
  } finally {
    await context.close();
  }
}
