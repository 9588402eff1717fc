// What a screen reader, or an eye that tells no colours apart, would stumble over: found by axe on the page as it stands.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Everything that axe finds wrong with a page. */
export async function complaintsOf(page: Page): Promise<string[]> {
  // A dialog on its way out has already lost its name.
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.evaluate(axe);
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: it comes with no types of its own here
    const found = await (window as any).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return found.violations.map(
      (one: { id: string; nodes: { html: string }[] }) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`,
    );
  });
}
