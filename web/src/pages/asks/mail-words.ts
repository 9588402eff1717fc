// The words of what a mail tells beside its text.
import type { Doubt } from "../../api/types";
import { count } from "../../format";

const DOUBTS: Record<string, (detail: string) => string> = {
  reply_elsewhere: (detail) => `An answer would go to another domain: ${detail}.`,
  foreign_letters: (detail) => `The sender’s domain has letters that look like others: it reads ${detail}.`,
  like_ours: (detail) => `The sender’s domain looks like yours, ${detail}, and is not.`,
  own_address: () => "It says that it comes from this very mailbox.",
  names_another: (detail) => `The sender’s name says ${detail}, which is not the address it came from.`,
  several_senders: () => "It names more than one sender; this is the first.",
  not_authentic: () => "Your mail server found that it was not sent by the domain it names.",
};

const AUTOMATIC: Record<string, string> = {
  bounce: "A mail server says that a mail could not be delivered.",
  list: "It came by a mailing list, and asks nothing here.",
  reply: "A machine’s answer; it asks nothing.",
  bulk: "It went to many, and asks nothing.",
  loop: "The same words came several times within a day: taken for a machine’s, which asks nothing.",
  own: "It asks nothing: it says that it is from this mailbox itself.",
};

export function doubtWords(doubt: Doubt): string {
  return DOUBTS[doubt.code]?.(doubt.detail) ?? `Something about the sender looks wrong (${doubt.code}).`;
}

export function automaticWords(automatic: string | null): string {
  return automatic === null ? "" : (AUTOMATIC[automatic] ?? "A machine wrote it.");
}

/** Whether a file is said to be a picture that browsers show. */
export function isShown(mediaType: string): boolean {
  return ["image/jpeg", "image/jpg", "image/png", "image/webp", "image/gif"].includes(mediaType);
}

/** What is said of pictures that lie elsewhere. */
export function picturesElsewhere(n: number): string {
  const those = n === 1 ? "A picture lies" : `${count(n)} pictures lie`;
  return `${those} on somebody else’s server, which would learn that you look.`;
}

/** Bytes as people say them: 12 bytes, 34 kB, 5.6 MB. */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${count(bytes)} bytes`;
  if (bytes < 1_000_000) return `${count(Math.round(bytes / 1_000))} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A text without what it quotes at its end, and that with the line that leads to it. */
export function parted(text: string): { said: string; quoted: string } {
  const lines = text.split("\n");
  let start = lines.length;
  while (start > 0 && /^(>|\s*$)/.test(lines[start - 1] ?? "")) start -= 1;
  if (!lines.slice(start).some((line) => line.startsWith(">"))) return { said: text, quoted: "" };
  // The line that says who wrote it, which mail programs break in two.
  for (const n of [1, 2]) {
    const lead = lines
      .slice(start - n, start)
      .join(" ")
      .trim();
    if (start >= n && lead.length < 200 && lead.endsWith(":") && /\d/.test(lead)) {
      start -= n;
      break;
    }
  }
  return { said: lines.slice(0, start).join("\n").trimEnd(), quoted: lines.slice(start).join("\n").trim() };
}
