// The list: filters, order and page live in the address; the keyboard walks it.
import type { People } from "../src/api/types";
import { expect, listed, open, settled, test } from "./house";

test("filters change the words, the number and the address", async ({ page }) => {
  await open(page, "/people");
  const all = await listed(page);
  await page.getByLabel("direction").selectOption("falling");
  await expect(page).toHaveURL(/direction=falling/);
  await expect(page.locator("main h1")).toContainText("falling");
  expect(await listed(page)).toBeLessThan(all);
  await page.reload();
  await settled(page);
  await expect(page.getByLabel("direction")).toHaveValue("falling");
  await page.getByRole("button", { name: "clear" }).click();
  await expect(page).not.toHaveURL(/direction/);
  expect(await listed(page)).toBe(all);
});

test("search finds a person by id", async ({ page }) => {
  await open(page, "/people");
  const person = (await page.locator("[data-person]").nth(3).getAttribute("data-person")) ?? "";
  const id = person.slice(person.indexOf(":") + 1);
  await page.getByLabel("Name or id").fill(id);
  await expect(page).toHaveURL(/q=/);
  await settled(page);
  await expect(page.locator(`[data-person="${person}"]`).first()).toBeVisible();
});

for (const order of ["asc", "desc"]) {
  test(`the order by value is one, ${order}`, async ({ page }) => {
    const answered = page.waitForResponse((answer) => answer.url().includes("/api/v1/people?"));
    await open(page, `/people?sort=value&order=${order}`);
    const { rows } = (await (await answered).json()) as People;
    const values = rows.map((row) => row.value_minor);
    expect(values.length).toBe(50);
    expect(values).toEqual([...values].sort((a, b) => (order === "asc" ? a - b : b - a)));
    const shown = await page
      .locator("[data-person]")
      .evaluateAll((lines) => lines.map((line) => line.getAttribute("data-person")));
    expect(shown).toEqual(rows.map((row) => row.person));
  });
}

test("pages go on and come back", async ({ page }) => {
  await open(page, "/people");
  const first = await page.locator("[data-person]").first().getAttribute("data-person");
  await page.getByRole("button", { name: "Next →" }).click();
  await expect(page).toHaveURL(/page=/);
  await settled(page);
  await expect(page.getByText(/^51 to 100 of /)).toBeVisible();
  await expect(page.locator("[data-person]").first()).not.toHaveAttribute("data-person", first ?? "");
  await page.getByRole("button", { name: "← Previous" }).click();
  await expect(page).not.toHaveURL(/page=/);
  await expect(page.locator("[data-person]").first()).toHaveAttribute("data-person", first ?? "");
});

test("j, k and Enter open a person", async ({ page }) => {
  await open(page, "/people");
  const second = await page.locator("[data-walk]").nth(1).textContent();
  for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/people\/.+/);
  await settled(page);
  await expect(page.locator(".top")).toContainText(second ?? "");
});

test("what is shown can be had as CSV", async ({ page }) => {
  await open(page, "/people");
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "The people shown, as CSV" }).click();
  expect((await waiting).suggestedFilename()).toMatch(/^parlour-people-.*\.csv$/);
});
