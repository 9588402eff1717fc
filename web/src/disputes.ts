// What somebody says against what was concluded of them, for them and for those who read it.
import type { Dispute } from "./api/types";

/** What they say against a value and did not take back. */
export function disputeOf(disputes: Dispute[], object: string, matter: string): Dispute | undefined {
  return disputes.find((one) => one.object === object && one.matter === matter && one.taken_back_at === null);
}

/** All they said: in so many words, and in their own. */
export function saidIn({ said_in_words, words }: Pick<Dispute, "said_in_words" | "words">): string {
  return [said_in_words, words].filter(Boolean).join(" — ");
}
