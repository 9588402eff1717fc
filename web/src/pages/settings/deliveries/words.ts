// What is said of hooks and deliveries.
import type { Delivery, Hook } from "../../../api/types";
import { count, counted } from "../../../format";
import { KIND_WORDS, KINDS } from "../../alerts/words";

/** What is told besides alerts, and only to an address that names it: answers written under Asks. */
const REPLY = "reply";
const TOLD_WORDS: Record<string, string> = { ...KIND_WORDS, [REPLY]: "answers" };

/** What an address can be for, with its words. */
export const TOLD_CHOICES = [...KINDS, REPLY].map((kind) => ({ value: kind, label: TOLD_WORDS[kind] ?? kind }));

/** What an address is for. */
export function kindsText(hook: Hook): string {
  return hook.kinds.length === 0 ? "all alerts" : hook.kinds.map((kind) => TOLD_WORDS[kind] ?? kind).join(", ");
}

/** What a delivery tells. */
export function tells(delivery: Delivery): string {
  if (delivery.kind === "test") return "a test";
  if (delivery.kind === "digest") return "the digest";
  if (delivery.kind === REPLY) return "an answer";
  const kind = delivery.kind.replace("alert.", "");
  return KIND_WORDS[kind] ?? kind;
}

/** What came of a delivery. */
export function outcome(delivery: Delivery): string {
  const times = delivery.attempts > 1 ? ` after ${count(delivery.attempts)} attempts` : "";
  const status = delivery.last_status === null ? "" : `, answered ${delivery.last_status}`;
  if (delivery.state === "done") return `delivered${times}${status}`;
  if (delivery.state === "failed") return `given up${times}: ${delivery.last_error ?? "unknown"}`;
  if (delivery.attempts === 0) return "about to be sent";
  return `not taken yet${times}: ${delivery.last_error ?? "unknown"}`;
}

/** Who is told of alerts, in a sentence. */
export function headline(hooks: Hook[], mailTo: string[]): string {
  const takesAlerts = ({ kinds }: Hook) => kinds.length === 0 || kinds.some((kind) => kind !== REPLY);
  const enabled = hooks.filter((hook) => hook.disabled_at === null && takesAlerts(hook)).length;
  const parts = [];
  if (enabled > 0) parts.push(`posted to ${counted(enabled, "address", "addresses")}`);
  if (mailTo.length > 0)
    parts.push(
      `mailed once a day to ${mailTo.length > 3 ? counted(mailTo.length, "address", "addresses") : mailTo.join(", ")}`,
    );
  return parts.length === 0 ? "Alerts are shown here and sent nowhere." : `Alerts are ${parts.join(" and ")}.`;
}
