// Explore: a question is answered, a change is refused in the database's words, and questions can be kept.
import { expect, open, test } from "./house";

test("a question is answered, as table and as bars", async ({ page }) => {
  await open(page, "/explore");
  await page.locator("#sql").fill("select 'a' as letter, 1 as n union all select 'b', 2 order by 1");
  await page.locator("#sql").press("Control+Enter");
  await expect(page.getByRole("heading", { name: "2 rows" })).toBeVisible();
  await expect(page.getByRole("cell", { name: "b" })).toBeVisible();
  await page.getByRole("button", { name: "bar", exact: true }).click();
  await expect(page.getByRole("img", { name: /n by letter/ }).locator("canvas")).toBeVisible();
});

test("every example runs", async ({ page }) => {
  await open(page, "/explore");
  const examples = page.getByRole("region", { name: "Examples" }).getByRole("button");
  const n = await examples.count();
  expect(n).toBeGreaterThan(0);
  for (let at = 0; at < n; at += 1) {
    await examples.nth(at).click();
    const answered = page.waitForResponse((answer) => answer.url().endsWith("/api/v1/sql"));
    await page.getByRole("button", { name: "Run" }).click();
    expect((await answered).status()).toBe(200);
    await expect(page.getByRole("heading", { name: /rows?/ })).toBeVisible();
  }
});

test("a name in the list of tables is written into the question", async ({ page }) => {
  await open(page, "/explore");
  await page.locator("#sql").fill("select count(*) from");
  const name = await page.locator(".tree summary b").first().textContent();
  await page.getByRole("button", { name: `${name} table`, exact: true }).click();
  await expect(page.locator("#sql")).toHaveValue(`select count(*) from ${name}`);
});

test("a delete is refused", async ({ page, complaints }) => {
  complaints.allow(/40[03]/);
  await open(page, "/explore");
  const name = await page.locator(".tree summary b").first().textContent();
  await page.locator("#sql").fill(`delete from ${name}`);
  await page.getByRole("button", { name: "Run" }).click();
  await expect(page.getByRole("alert")).toContainText("The database refused this.");
});

test("a question is kept, renamed, opened again and deleted", async ({ page }) => {
  const name = `e2e ${Date.now()}`;
  await open(page, "/explore");
  await page.locator("#sql").fill("select 42 as answer");
  await page.getByRole("button", { name: "keep this question" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/question=\d+/);
  await page.getByRole("button", { name: `Rename ${name}` }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(`${name} again`);
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("#sql").fill("select 1");
  await page.getByRole("button", { name: `${name} again`, exact: true }).click();
  await expect(page.locator("#sql")).toHaveValue("select 42 as answer");
  await page.getByRole("button", { name: `Delete ${name} again` }).click();
  await expect(page.getByRole("dialog")).toContainText(`${name} again`);
  await page.getByRole("button", { name: "Delete it" }).click();
  await expect(page.getByText(`${name} again`)).toHaveCount(0);
});
