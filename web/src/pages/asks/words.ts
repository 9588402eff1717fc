// The words of asks: classes, roles, how long somebody waits.
import type { AskCounts, AskLine, AskQuery, ThreadPost } from "../../api/types";
import { count, counted, dayText } from "../../format";
import { idOf } from "../../words";

export const CLASSES = ["question", "request", "complaint", "suggestion", "opinion", "mention"] as const;

/** Ways to look at the queue: what the address calls each, its word, and what is asked for. */
export const VIEWS: { view: string; word: string; query: AskQuery }[] = [
  { view: "", word: "open", query: {} },
  { view: "overdue", word: "overdue", query: { overdue: "true" } },
  { view: "mine", word: "mine", query: { assignee: "me" } },
  { view: "free", word: "nobody's", query: { assignee: "none" } },
  { view: "resting", word: "resting", query: { snoozed: "true" } },
  { view: "answered", word: "answered", query: { state: "answered" } },
  { view: "late", word: "answered late", query: { state: "answered", late: "true" } },
  { view: "closed", word: "closed", query: { state: "closed" } },
];

/** Hours as people say them: 40 minutes, 40 hours, 3 days, 2 years. */
export function waitText(hours: number): string {
  if (hours < 1) return counted(Math.max(1, Math.round(hours * 60)), "minute", "minutes");
  if (hours < 48) return counted(Math.round(hours), "hour", "hours");
  if (hours < 24 * 730) return counted(Math.round(hours / 24), "day", "days");
  return counted(Math.round(hours / 8766), "year", "years");
}

/** A filter that came with a link, as one reads it; nothing where it narrows nothing. */
export function givenWords(name: keyof AskQuery, value: string): string {
  if (value === "") return "";
  switch (name) {
    case "state":
      return value === "all" ? "" : value;
    case "overdue":
    case "late":
      return value === "true" ? name : `not ${name}`;
    case "peer":
      return value === "true" ? "answered by a customer" : "not answered by a customer";
    case "acknowledged":
      return value === "true" ? "with a receipt only" : "without a receipt";
    case "staff":
      return `answered by ${value}`;
    case "asker":
      return `askers of the ${value} third`;
    case "from":
    case "to":
      return `asked ${name} ${dayText(value)}`;
    case "person":
      return `asked by ${idOf(value)}`;
    default:
      return value;
  }
}

/** What the queue comes to, in one sentence. */
export function headline(counts: AskCounts): string {
  const { n_open: open, n_overdue: overdue } = counts;
  if (open === 0) {
    return counts.n_snoozed === 0 ? "Nobody waits for an answer." : "Nobody waits for an answer that is not resting.";
  }
  const waiting = open === 1 ? "One ask waits for an answer" : `${count(open)} asks wait for an answer`;
  if (overdue === 0) return `${waiting}; none is overdue.`;
  if (overdue === open) return open === 1 ? `${waiting}, and is overdue.` : `${waiting}, all of them overdue.`;
  return `${waiting}; ${count(overdue)} ${overdue === 1 ? "is" : "are"} overdue.`;
}

/** How an ask stands, in a few words, and whether it is good. */
export function stateOf(ask: AskLine): { words: string; tone: "" | "neg" | "pos" } {
  if (ask.state === "answered") {
    const by = ask.answered_by ? ` by ${ask.answered_by}` : "";
    return ask.is_late
      ? { words: `answered late${by}, after ${waitText(ask.hours)}`, tone: "neg" }
      : { words: `answered${by} after ${waitText(ask.hours)}`, tone: "pos" };
  }
  if (ask.state === "closed") return { words: `closed unanswered: ${ask.closed_why || "no reason given"}`, tone: "" };
  const waits = `waits ${waitText(ask.hours)}`;
  return ask.is_overdue ? { words: `${waits}, ignored`, tone: "neg" } : { words: waits, tone: "" };
}

/** Who speaks in a post. */
export function speakerOf(post: ThreadPost, brand: string): string {
  switch (post.role) {
    case "person":
      return post.person ? idOf(post.person) : "somebody";
    case "brand":
      return post.staff ? `${post.staff}, for ${brand}` : brand;
    case "machine":
      return `a machine of ${brand}`;
    case "automatic":
      return post.person ? `a machine of ${idOf(post.person)}` : "a machine";
    case "close":
      return `${post.staff ?? brand} closed it`;
    default:
      return "overdue";
  }
}

/** When a thread wakes that is to rest for a while. */
export const RESTS: { word: string; hours: number }[] = [
  { word: "3 hours", hours: 3 },
  { word: "until tomorrow", hours: 24 },
  { word: "a week", hours: 168 },
];

/** Two texts as one, so that neither is lost where both want the same field. */
export function joined(first: string, second: string): string {
  return [first, second].filter((text) => text.trim() !== "").join("\n\n");
}

/** The beginning of a text, ended at a word. */
export function shortened(text: string, most: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= most) return line;
  const cut = line.slice(0, most);
  const end = cut.lastIndexOf(" ");
  return `${cut.slice(0, end > most / 2 ? end : most)} …`;
}
