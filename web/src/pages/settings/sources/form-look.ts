// How a form looks as it is edited and as it is kept, and the lines that put it on a page.

export interface FormLook {
  title: string;
  greeting: string;
  color: string;
  /** One a line. */
  sites: string;
  per_minute: number;
  honeypot: boolean;
}

const EMPTY: FormLook = { title: "", greeting: "", color: "", sites: "", per_minute: 60, honeypot: true };

/** What stands on lines of their own, without blanks and empty ones. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

export function lookOf(mapping: string | null): FormLook {
  const kept = JSON.parse(mapping ?? "{}") as Partial<Omit<FormLook, "sites">> & { sites?: string[] };
  return { ...EMPTY, ...kept, sites: (kept.sites ?? []).join("\n") };
}

export function mappingOf(look: FormLook): string {
  return JSON.stringify({
    title: look.title.trim(),
    greeting: look.greeting.trim(),
    color: look.color.trim().toLowerCase(),
    sites: linesOf(look.sites).map((site) => site.replace(/\/+$/, "")),
    per_minute: look.per_minute,
    honeypot: look.honeypot,
  });
}

export function widgetLine(origin: string, key: string): string {
  return `<script src="${origin}/widget.js" data-key="${key}" async></script>`;
}

/** What a page's policy must allow for the widget. */
export function policyLine(origin: string): string {
  return `script-src ${origin}; connect-src ${origin}`;
}

export function signingLine(origin: string, key: string): string {
  return `import { createHmac } from "node:crypto";

const signature = createHmac("sha256", SECRET).update(userId).digest("hex");
// <script src="${origin}/widget.js" data-key="${key}"
//   data-user="\${userId}" data-signature="\${signature}" async></script>`;
}
