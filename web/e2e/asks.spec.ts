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
