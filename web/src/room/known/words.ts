// What is known of somebody, in sentences to them.
import type { PersonStanding, WhyOf } from "../../api/types";
import {
  count,
  counted,
  dayBeside,
  dayOf,
  daysBetween,
  dayText,
  decimal,
  percent,
  probability,
  roundMoney,
  signed,
  standingOf,
  times,
} from "../../format";
import { CELL_WORDS, spaced } from "../../words";
import type { ConsentPurpose, KnownOfMe } from "../types";

/** A value of one's standing, with what it says of one. */
export interface Matter {
  of: WhyOf;
  name: string;
  sentence: string;
}

const STAGES: Record<string, string> = {
  new: "You are new: in your first weeks.",
  active: "You are there: neither new, nor leaving, nor overdue.",
  disengaging_1: "You seem to be leaving, though you are still more engaged than the average.",
  disengaging_2: "You seem to be leaving: not above the average, and steady or falling.",
  lapsed: "You seem to have stopped coming: you were silent for longer than your own rhythm allows.",
  defected: "You are taken for gone: you were silent for longer than people are counted.",
  won_back: "You came back lately from a silence that was longer than your rhythm allows.",
};

function degree(s: PersonStanding): string {
  if (s.cell === null) return "You are not counted any more: it is too long ago.";
  const many = times(s.degree).replace("< ", "less than ").replace(" ×", " times");
  return `You are ${many} as engaged as the average, among the ${standingOf(s.percentile)}.`;
}

function kind(s: PersonStanding): string {
  if (s.kind === null) return `Nothing you did shows whether you like ${s.title}.`;
  const scale = `${signed(s.kind)} from −1 to +1`;
  if (s.kind === 0) return `You seem neither to like nor to dislike ${s.title} (${scale}).`;
  return `You seem ${s.kind < 0 ? "not " : ""}to like ${s.title} (${scale}).`;
}

function cell(s: PersonStanding): string {
  if (s.cell === null) return "You stand in no cell: you are not counted any more.";
  return `You are counted among those who are ${CELL_WORDS[s.cell]}: cell ${s.cell}.`;
}

function direction(s: PersonStanding): string {
  const how = { rising: "more often than", steady: "about as often as", falling: "more rarely than" }[s.direction];
  const days = `${count(s.n_before)} active days before, ${count(s.n_recent)} lately`;
  return `You come ${how} before: ${days}. The chance that it is becoming rarer is ${probability(s.p_falling)}.`;
}

function rhythm(s: PersonStanding, on: string): string {
  const last = dayBeside(s.last_day, on);
  if (s.due_day === null) return `You were last active on ${last}; too few days are known to tell how often you come.`;
  const due = dayBeside(s.due_day, on);
  const late = daysBetween(s.due_day, on);
  if (late <= 0) return `You were last active on ${last}. By your own rhythm you are expected by ${due}.`;
  return `By your own rhythm you were expected by ${due}: you are ${counted(late, "day", "days")} late.`;
}

function worth(s: PersonStanding): string | null {
  if (!s.worth) return null;
  const { p_alive, expected, potential_minor, at_risk_minor, contract } = s.worth;
  const coming = contract ? "renewals" : "days of coming";
  const days = expected > 0 && expected < 0.1 ? "less than 0.1" : decimal(Math.round(expected * 10) / 10);
  return (
    `A model gives a chance of ${percent(p_alive)} that you are still there. In the year ahead it expects ${days} more ` +
    `${coming} and ${roundMoney(potential_minor, s.currency)} of you; ${roundMoney(at_risk_minor, s.currency)} of it ` +
    "would be lost if you were gone."
  );
}

function involvement(s: PersonStanding, on: string): string {
  const points = s.involvement.toLocaleString("en-GB", { maximumFractionDigits: 1 });
  const days = counted(s.n_days, "day", "days");
  return `What you did on ${days} since ${dayBeside(s.first_day, on)} adds up to ${points} points; what is old counts less.`;
}

/** Everything that is concluded of one's standing with an object, each in a sentence. */
export function mattersOf(s: PersonStanding, on: string): Matter[] {
  const worthOf = worth(s);
  return [
    { of: "degree", name: "How engaged you are", sentence: degree(s) },
    { of: "kind", name: "How you feel", sentence: kind(s) },
    { of: "cell", name: "Where you are counted", sentence: cell(s) },
    { of: "direction", name: "Where it goes", sentence: direction(s) },
    { of: "stage", name: "Whether you stay", sentence: STAGES[s.stage] ?? `Your stage is “${spaced(s.stage)}”.` },
    { of: "rhythm", name: "Your rhythm", sentence: rhythm(s, on) },
    {
      of: "value",
      name: "What you brought",
      sentence: `You brought ${roundMoney(s.value_minor, s.currency)} in the year until ${dayText(on)}.`,
    },
    ...(worthOf === null ? [] : [{ of: "worth" as const, name: "What is expected of you", sentence: worthOf }]),
    { of: "involvement", name: "What it adds up to", sentence: involvement(s, on) },
  ];
}

/** What can be said against a value in so many words; of others one says it in one's own. */
export function sayingsOf(of: WhyOf, title: string): { said: string; words: string }[] {
  if (of === "kind")
    return [
      { said: "like", words: `I like ${title}` },
      { said: "indifferent", words: `I neither like nor dislike ${title}` },
      { said: "dislike", words: `I do not like ${title}` },
    ];
  if (of === "stage")
    return [
      { said: "staying", words: `I am staying with ${title}` },
      { said: "gone", words: `I have left ${title}` },
    ];
  return [];
}

/** Several names as people say them: "Kettle, Fjord and Lund". */
export function listed(names: string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Brands that are named one by one. */
const MOST_NAMED = 4;

/** How much is known of one, since when, and by whom. */
export function allInAll({ person, posts, audiences }: KnownOfMe): string {
  const first = person?.ids.map((id) => id.first_seen_at).sort()[0];
  if (!person || !first) return "Nothing is known of you but what hangs in your room.";
  const brands = person.standings.filter((one) => one.object.startsWith("brand:")).map((one) => one.title);
  const more = brands.length - MOST_NAMED;
  const named = more > 0 ? [...brands.slice(0, MOST_NAMED), `${count(more)} more`] : brands;
  const ids = counted(person.ids.length, "id", "ids");
  const begun = `You are known here since ${dayText(dayOf(first))}, by ${ids}`;
  const whom = named.length > 0 ? `; what you did concerns ${listed(named)}` : "";
  const rest = [
    posts.length > 0 ? `${counted(posts.length, "thing", "things")} you said` : "",
    audiences.length > 0 ? `${counted(audiences.length, "list", "lists")} you are on` : "",
  ].filter(Boolean);
  const also =
    rest.length > 0 ? ` There ${posts.length + audiences.length === 1 ? "is" : "are"} also ${listed(rest)}.` : "";
  return `${begun}${whom}.${also}`;
}

/** Who says that two ids are one person. */
export function joinedBy(source: string, isForced: boolean): string {
  const words: Record<string, string> = {
    event: "an event that came with both",
    hand: "staff",
  };
  return isForced ? "staff, whatever the safeguards say" : (words[source] ?? source);
}

/** What a brand or oneself did, as a verb: "did:Brewed Tea" is the name under which it came. */
export function verbWords(verb: string): string {
  return spaced(verb.replace(/^did:/, ""));
}

const CLASSES: Record<string, string> = {
  question: "a question",
  request: "a request",
  complaint: "a complaint",
  suggestion: "a suggestion",
  opinion: "an opinion",
  mention: "a mention",
};

/** What something that one said can be meant as. */
export const MEANINGS = [...Object.entries(CLASSES), ["none", "nothing that asks for an answer"]] as [string, string][];

export const FEELINGS: [number, string][] = [
  [1, "kindly"],
  [0, "neither kindly nor unkindly"],
  [-1, "unkindly"],
];

/** What something that one said was taken for: "a complaint, meant unkindly". */
export function takenFor(meant: string | null, feeling: number): string {
  const what = meant === null ? "nothing that asks for an answer" : (CLASSES[meant] ?? spaced(meant));
  return `${what}, meant ${FEELINGS.find(([n]) => n === Math.sign(feeling))?.[1] ?? "neither kindly nor unkindly"}`;
}

interface PurposeWords {
  name: string;
  /** What is done while it is let. */
  given: string;
  /** What changes at once when it is not. */
  withdrawn: string;
}

export const PURPOSES: Record<ConsentPurpose, PurposeWords> = {
  reading: {
    name: "Conclude things from what I do",
    given: "What you do is made into standings, lists, numbers and forecasts. Off, you are at once in none of them.",
    withdrawn:
      "Nothing is concluded of you: you are in no standing, list, number or forecast. What you did stays written down.",
  },
  sharing: {
    name: "Pass on what concerns me",
    given: "Alerts that concern you may be sent to other systems. Off, none is sent from that moment on.",
    withdrawn: "What concerns you stays in this house: no alert about you is sent to another system.",
  },
  offers: {
    name: "Let brands ask to hang pictures",
    given: "Brands may offer you pictures for your wall. Off, none of them asks any more.",
    withdrawn: "No brand offers you pictures or asks to hang one.",
  },
};

/** Who said a word for or against a purpose. */
export const SAID_BY: Record<string, string> = {
  room: "you, in your room",
  browser: "your browser, by its Global Privacy Control signal",
  desk: "you, to staff who wrote it down",
};
