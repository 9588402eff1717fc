// What sources, their kinds and their state are called, and what a list of them amounts to.
import type { Source } from "../../../api/types";

export const KIND_WORDS: Record<Source["kind"], string> = {
  sdk: "SDK or script",
  webhook: "webhook",
  mqtt: "MQTT",
  fediverse: "the fediverse",
  mail: "mail",
  file: "file",
  form: "form and widget",
  mentions: "mentions by others",
};

export function kindWord(kind: string): string {
  return KIND_WORDS[kind] ?? kind;
}

export const LAYER_NAMES = ["web", "mobile", "social", "hub", "face", "virtual", "game"];

export interface SourcesSum {
  nActive: number;
  nHeard: number;
  nAccepted: number;
  nRejected: number;
}

/** How many may send, how many of those have sent, and what came of it all. */
export function sumOf(sources: Source[]): SourcesSum {
  const active = sources.filter((source) => source.revoked_at === null);
  return {
    nActive: active.length,
    nHeard: active.filter((source) => source.first_event_at !== null).length,
    nAccepted: sources.reduce((sum, source) => sum + source.n_accepted, 0),
    nRejected: sources.reduce((sum, source) => sum + source.n_rejected, 0),
  };
}

/** What is wrong with a name, or null. */
export function nameFlaw(name: string, taken: string[]): string | null {
  const plain = name.trim();
  if (plain === "") return "Give it a name, such as web-shop.";
  if (taken.includes(plain)) return `There is a source “${plain}” already; give this one another name.`;
  return null;
}
