// What alerts are called, and where the thing behind each is to be seen.
import type { Alert } from "../../api/types";
import { personPath } from "../../components/person-lines";
import { count, monthsFrom } from "../../format";

export const KIND_WORDS: Record<string, string> = {
  wire: "overdue",
  more_wires: "more overdue",
  masked: "hidden loss",
  quiet_layer: "quiet layer",
  ask_due: "due soon",
  ask_overdue: "overdue ask",
  ask_escalated: "escalated ask",
  more_asks: "more asks",
};

export const KINDS = Object.keys(KIND_WORDS);

function fact(alert: Alert, name: string): string | undefined {
  const value = (alert.facts as Record<string, unknown> | null)?.[name];
  return typeof value === "string" ? value : undefined;
}

/** The page where the thing behind an alert is to be seen, as of the alert's day, and what it is called. */
export function behind(alert: Alert): { path: string; what: string } {
  const params = new URLSearchParams({ object: alert.object, on: alert.day });
  switch (alert.kind) {
    case "wire":
      return { path: `${personPath(alert.person ?? "")}?${params}`, what: "the person" };
    case "more_wires":
      params.set("stage", "lapsed");
      params.set("sort", "at_risk");
      return { path: `/people?${params}`, what: "everybody overdue" };
    case "masked":
      params.set("base", fact(alert, "base") ?? "engaged");
      return { path: `/growth?${params}`, what: "growth" };
    case "quiet_layer":
      params.set("layer", fact(alert, "layer") ?? "");
      params.set("since", monthsFrom(alert.day, -3));
      return { path: `/people?${params}`, what: "the people there" };
    case "ask_due":
    case "ask_overdue":
    case "ask_escalated":
      return { path: `/asks?thread=${fact(alert, "thread") ?? ""}`, what: "the thread" };
    case "more_asks":
      return { path: `/asks?brand=${encodeURIComponent(alert.object)}`, what: "the queue" };
    default:
      return { path: `/?${params}`, what: "that day" };
  }
}

/** What waits to be looked at, in a sentence. */
export function headline(nOpen: number, state: string, nTotal: number): string {
  if (state === "seen") return nTotal === 0 ? "No alert has been looked at yet." : `${count(nTotal)} looked at before.`;
  if (nOpen === 0) return "There is nothing you have not been told.";
  return nOpen === 1 ? "One thing you should know." : `${count(nOpen)} things you should know.`;
}
