// Asks of the simulated shop: read, answered, taken back, noted, closed and looked for; and numbers that open their lists.
import { expect, open, settled, test, wholeNumber } from "./house";

const lines = "main [data-ask] a";

test("an ask is read beside the queue, answered, taken back, and answered for good", async ({ page }) => {
  await open(page, "/asks");
  await expect(page.locator("main h1")).toContainText("overdue");
  const line = page.locator(lines).nth(2);
  const text = (await line.locator(".said").textContent()) ?? "";
  await line.click();
  const thread = page.getByRole("region", { name: "Thread" });
  await expect(thread.getByRole("list", { name: "What was said" })).toContainText(text);
  await expect(thread.getByText("Degree")).toBeVisible();
  const answer = thread.getByRole("textbox", { name: "Answer" });
  await answer.fill("We are sorry. A new one is on its way.");
  await thread.getByRole("button", { name: "Send" }).click();
  await expect(thread.getByText(/Goes out in/)).toBeVisible();
  await thread.getByRole("button", { name: "Take it back" }).click();
  await expect(answer).toHaveValue("We are sorry. A new one is on its way.");
  await expect(thread.getByText(/Goes out in/)).toHaveCount(0);
  await thread.getByRole("button", { name: "Send" }).click();
  // It goes out by itself, and the page hears of it.
  await expect(thread.getByText(/answered late by owner/)).toBeVisible({ timeout: 30_000 });
  await expect(thread.locator(".post.ours")).toContainText("A new one is on its way");
});

test("a thread is taken, noted and closed with a reason, and what is begun is kept", async ({ page }) => {
  await open(page, "/asks");
  await page.locator(lines).nth(5).click();
  const thread = page.getByRole("region", { name: "Thread" });
  await thread.getByRole("button", { name: "take it" }).click();
  await expect(thread.getByRole("button", { name: "owner has it: let it go" })).toBeVisible();
  await thread.getByRole("button", { name: "note for staff" }).click();
  await thread.getByRole("textbox", { name: "Note for staff" }).fill("The store knows about it.");
  await thread.getByRole("button", { name: "Keep the note" }).click();
  await expect(thread.locator(".post.note")).toContainText("The store knows about it.");
  await thread.getByRole("button", { name: "answer", exact: true }).click();
  const saved = page.waitForResponse((response) => response.url().endsWith("/draft"));
  await thread.getByRole("textbox", { name: "Answer" }).fill("We are look");
  await saved;
  await page.reload();
  await expect(thread.getByRole("textbox", { name: "Answer" })).toHaveValue("We are look");
  await thread.getByRole("button", { name: "close without an answer" }).click();
  await page.getByLabel("Why").fill("told by phone");
  await page.getByRole("button", { name: "Close it" }).click();
  await expect(thread.getByText("closed unanswered: told by phone")).toBeVisible();
});

test("what is begun is there again after a change of threads too quick to be kept, and not after it was sent", async ({
  page,
}) => {
  await open(page, "/asks");
  const thread = page.getByRole("region", { name: "Thread" });
  const answer = thread.getByRole("textbox", { name: "Answer" });
  await page.locator(lines).nth(10).click();
  await answer.fill("Half an answ");
  await page.locator(lines).nth(11).click();
  await expect(answer).toHaveValue("");
  await page.locator(lines).nth(10).click();
  await expect(answer).toHaveValue("Half an answ");
  await page.reload();
  await expect(answer).toHaveValue("Half an answ");
  // Pressed twice, and before the draft is kept: one answer, and no draft after it.
  let n = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/reply")) n += 1;
  });
  await answer.fill("A whole answer.");
  await answer.press("Control+Enter");
  await answer.press("Control+Enter");
  await expect(thread.getByText(/Goes out in/)).toHaveCount(1);
  await expect(answer).toHaveValue("");
  expect(n).toBe(1);
  const key = new URL(page.url()).searchParams.get("thread");
  const kept = await page.request.get(`/api/v1/threads/${key}`);
  expect(((await kept.json()) as { draft: string | null }).draft ?? "").toBe("");
  // What is begun meanwhile stays when it is taken back, and a note is no answer.
  await answer.fill("And more.");
  await thread.getByRole("button", { name: "Take it back" }).click();
  await expect(answer).toHaveValue("A whole answer.\n\nAnd more.");
  await thread.getByRole("button", { name: "note for staff" }).click();
  await expect(thread.getByRole("textbox", { name: "Note for staff" })).toHaveValue("");
});

test("the focus goes into a thread and back to its line, and letters wait while a dialog is open", async ({ page }) => {
  await open(page, "/asks");
  // By what it leads to: others answer meanwhile, and the lines below move up.
  const href = await page.locator(lines).nth(13).getAttribute("href");
  const line = page.locator(`${lines}[href="${href}"]`);
  await line.focus();
  await page.keyboard.press("Enter");
  const thread = page.getByRole("region", { name: "Thread" });
  const back = thread.getByRole("button", { name: "the queue" });
  await expect(back).toBeFocused();
  await expect(back).toBeInViewport();
  await expect(thread.getByRole("button", { name: "take it" })).toBeVisible();
  await page.keyboard.press("e");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("a");
  await page.getByRole("dialog").getByRole("button", { name: "Leave it" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(thread.getByRole("button", { name: "take it" })).toBeVisible();
  await back.click();
  await expect(thread).toHaveCount(0);
  await expect(line).toBeFocused();
});

test("words looked for are no pages to go back through, and what a link narrows by can be taken away", async ({
  page,
}) => {
  await open(page, "/asks?person=customer:00001");
  await page.getByRole("button", { name: "Take away the filter: asked by 00001" }).click();
  await expect(page).toHaveURL(/\/asks$/);
  const before = await page.evaluate(() => history.length);
  const field = page.getByRole("searchbox", { name: "Words in what was said" });
  await field.fill("two words");
  await expect(page).toHaveURL(/q=two\+words/);
  expect(await page.evaluate(() => history.length)).toBe(before);
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Asks" }).click();
  await expect(field).toHaveValue("");
  await expect(page).toHaveURL(/\/asks$/);
});

test("what a post is opens to its reasons and can be put right", async ({ page }) => {
  await open(page, "/asks");
  await page.locator(lines).nth(8).click();
  const thread = page.getByRole("region", { name: "Thread" });
  await thread.locator(".judged summary").first().click();
  await thread.getByRole("combobox", { name: "What it is" }).first().selectOption("request");
  await expect(thread.locator(".thread-asks")).toContainText("request:");
});

test("words are found in what was said", async ({ page }) => {
  await open(page, "/asks");
  await page.getByRole("searchbox", { name: "Words in what was said" }).fill("scratched");
  const found = page.getByRole("list", { name: "Found" }).getByRole("listitem");
  await expect(found.first()).toContainText("scratched");
  await page.getByRole("searchbox", { name: "Words in what was said" }).fill("xylophone");
  await expect(page.getByText("Nobody said that.")).toBeVisible();
});

test("every number of Answers opens as many asks", async ({ page }) => {
  await open(page, "/answers?brand=brand:simulated-shop");
  await expect(page.locator("main h1")).toContainText("answered");
  const links = await page
    .locator("main [data-list]")
    .evaluateAll((all) => all.map((link) => ({ n: link.textContent ?? "", href: link.getAttribute("href") ?? "" })));
  // Other tests answer and close asks meanwhile; how many were asked stays.
  const asked = links.filter(({ href }) => /state=all(?!.*&(overdue|late|peer|acknowledged)=)/.test(href));
  expect(asked.length).toBeGreaterThan(6);
  for (const { n, href } of asked) {
    await open(page, href);
    const told = (await page.locator("main .asks-queue p.fine").first().textContent()) ?? "";
    expect(wholeNumber(told.split(" ")[0] ?? "")).toBe(wholeNumber(n));
  }
});

test("the chart of Answers is a table too", async ({ page }) => {
  await open(page, "/answers?curve=table");
  await settled(page);
  await expect(page.getByRole("table", { name: /still wait/ })).toContainText("all");
});
