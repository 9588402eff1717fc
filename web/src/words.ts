// The words of the Desk: what cells, stages, directions, flows and layers are called, and the People list in a sentence.
import type {
  AccountPart,
  Base,
  Cell,
  Change,
  Direction,
  Flow,
  Layer,
  PeopleQuery,
  PeriodFlow,
  Quadrant,
  Stage,
} from "./api/types";
import { count, dayBeside, dayText, periodText } from "./format";

export const CELLS: Cell[] = ["A1", "A2", "A3", "B1", "B2", "B3"];
export const STAGES: Stage[] = ["new", "active", "disengaging_1", "disengaging_2", "lapsed", "defected", "won_back"];
export const DIRECTIONS: Direction[] = ["rising", "steady", "falling"];
export const FLOWS: Flow[] = ["acquired", "reactivated", "disengaged", "defected", "stayed"];

/** Positive, apathetic or negative: the second half of every cell. */
export type Mood = "pos" | "apa" | "neg";

export function moodOf(cell: Cell): Mood {
  if (cell.endsWith("1")) return "pos";
  return cell.endsWith("2") ? "apa" : "neg";
}

/** The mark that goes with each colour, so that colour is never alone. */
export const MOOD_MARK: Record<Mood, string> = { pos: "+", apa: "○", neg: "−" };
export const MOOD_WORD: Record<Mood, string> = { pos: "positive", apa: "apathetic", neg: "negative" };

export const CELL_WORDS: Record<Cell, string> = {
  A1: "customers, engaged and positive",
  A2: "customers, apathetic",
  A3: "customers, engaged and negative",
  B1: "not customers, engaged and positive",
  B2: "not customers, apathetic",
  B3: "not customers, engaged and negative",
};

export const STAGE_WORDS: Record<Stage, string> = {
  new: "new",
  active: "active",
  disengaging_1: "leaving, above average",
  disengaging_2: "leaving, below average",
  lapsed: "lapsed",
  defected: "defected",
  won_back: "won back",
};

export const STAGE_ABOUT: Record<Stage, string> = {
  new: "in their first weeks",
  active: "neither new, nor leaving, nor overdue",
  disengaging_1: "more engaged than average, and falling: the first to talk to",
  disengaging_2: "not above average, and steady or falling",
  lapsed: "silent for longer than their own rhythm allows",
  defected: "silent for longer than the retention window",
  won_back: "lately back from a silence longer than their rhythm allowed",
};

export const DIRECTION_MARK: Record<Direction, string> = { rising: "↗", steady: "→", falling: "↘" };

export const FLOW_WORDS: Record<Flow, string> = {
  acquired: "newly engaged",
  reactivated: "engaged again",
  disengaged: "no longer engaged",
  defected: "gone",
  stayed: "stayed engaged",
};

export const PERIOD_FLOW_WORDS: Record<PeriodFlow, string> = {
  active: "active",
  new: "new",
  retained: "retained",
  resurrected: "came back",
  churned: "gone",
};

export const QUADRANTS: Quadrant[] = ["best", "fading", "promising", "low"];

/** What they brought in the year behind, and what they are expected to bring in the year ahead, against the means. */
export const QUADRANT_WORDS: Record<Quadrant, string> = {
  best: "much now, much ahead",
  fading: "much now, little ahead",
  promising: "little now, much ahead",
  low: "little now, little ahead",
};

export const QUADRANT_ABOUT: Record<Quadrant, string> = {
  best: "brought more than the mean, and are expected to again",
  fading: "brought more than the mean, and are expected to bring less",
  promising: "brought less than the mean, and are expected to bring more",
  low: "brought less than the mean, and are expected to again",
};

export const BASES: Base[] = ["active", "engaged", "degree", "value"];
export const BASE_WORDS: Record<Base, string> = {
  active: "active people",
  engaged: "engaged people",
  degree: "degree",
  value: "value",
};

export const CHANGE_WORDS: Record<Change, string> = {
  new: "new",
  returned: "came back",
  grew: "grew",
  stayed: "stayed",
  shrank: "shrank",
  turned: "turned against",
  gone: "gone",
};

export const LAYER_WORDS: Record<Layer, string> = {
  face: "face to face",
  web: "web",
  social: "social",
  hub: "hub",
  mobile: "mobile",
  virtual: "virtual",
  game: "game",
};

export function cellWords(name: string): string {
  const others: Record<string, string> = { newcomer: "newcomers", returned: "returned", gone: "gone" };
  return CELL_WORDS[name as Cell] ?? others[name] ?? name;
}

/** The words for one of a closed set, or the name itself when a newer server sends one we do not know. */
export function wordOf<K extends string>(words: Record<K, string>, name: string): string {
  return words[name as K] ?? name;
}

/** "customer:00001" without its kind. */
export function idOf(name: string): string {
  const at = name.indexOf(":");
  return at < 0 ? name : name.slice(at + 1);
}

/** "disengaging_1" and other snake_case as words. */
export function spaced(name: string): string {
  return name.replaceAll("_", " ");
}

interface PeopleSentence {
  n: number;
  on: string;
  since: string;
  /** What the audience of the query is called. */
  audience?: string;
}

function flowClause(flow: string, since: string, on: string, are: string, were: string): string | null {
  const clauses: Record<Flow, string> = {
    acquired: `who ${were} not known on ${since} and ${are} engaged on ${on}`,
    reactivated: `who ${were} not engaged on ${since} and ${are} again on ${on}`,
    disengaged: `who ${were} engaged on ${since} and ${are} not on ${on}`,
    defected: `who ${were} engaged on ${since} and ${are} gone by ${on}`,
    stayed: `who ${were} engaged on ${since} and still ${are} on ${on}`,
  };
  return clauses[flow as Flow] ?? null;
}

function periodClause(period: string, flow: string, were: string): string {
  const when = periodText(period);
  const clauses: Record<PeriodFlow, string> = {
    active: `active in ${when}`,
    new: `who came for the first time in ${when}`,
    retained: `who ${were} active in ${when} and in the period before`,
    resurrected: `who came back in ${when} after a pause`,
    churned: `who ${were} active in the period before ${when} and not in it`,
  };
  return clauses[flow as PeriodFlow] ?? `active in ${when}`;
}

function quadrantClause(quadrant: string): string | null {
  const clauses: Record<Quadrant, string> = {
    best: "who brought more than the mean in a year and are expected to again",
    fading: "who brought more than the mean in a year and are expected to bring less",
    promising: "who brought less than the mean in a year and are expected to bring more",
    low: "who brought less than the mean in a year and are expected to again",
  };
  return clauses[quadrant as Quadrant] ?? null;
}

/** What became of their share: people who are active or engaged come and go; degree and value also grow and shrink. */
function changeClause(base: string, change: string, period: string): string {
  const when = periodText(period);
  const of: Record<Base, string> = {
    active: "activity",
    engaged: "engagement",
    degree: "degree",
    value: "spending",
  };
  const what = wordOf(of, base);
  const clauses: Record<AccountPart, string> = {
    before: `with ${what} before ${when}`,
    after: `with ${what} at the end of ${when}`,
    new: `whose ${what} began in ${when}, for the first time`,
    returned: `whose ${what} came back in ${when} after a pause`,
    grew: `whose ${what} grew in ${when}`,
    stayed: `whose ${what} went on in ${when} as before`,
    shrank: `whose ${what} shrank in ${when}`,
    turned: `whose ${what} turned negative in ${when}`,
    gone: `whose ${what} ended in ${when}`,
  };
  return clauses[change as AccountPart] ?? `with ${what} in ${when}`;
}

function migrationClause(query: PeopleQuery, since: string, on: string, are: string, were: string): string {
  const start: Record<string, string> = {
    newcomer: `who ${were} new after ${since}`,
    returned: `who ${were} gone on ${since} and came back`,
  };
  const from = query.from ? (start[query.from] ?? `who ${were} ${query.from} on ${since}`) : "";
  if (!query.to) return from;
  const to = query.to === "gone" ? `${are} gone by ${on}` : `${are} ${query.to} on ${on}`;
  return from === "" ? `who ${to}` : `${from} and ${to}`;
}

/** Customers, where the filters say so; else people. */
export function nounOf(query: PeopleQuery, isOne: boolean): string {
  if (query.cell?.startsWith("A") || (query.customer === "true" && !query.cell))
    return isOne ? "customer" : "customers";
  return isOne ? "person" : "people";
}

function notCustomer(query: PeopleQuery, isOne: boolean): string {
  if (!query.cell?.startsWith("B")) return "";
  return isOne ? "a customer" : "customers";
}

/** "engaged by most definitions": which of the authors' definitions, by its id, or how many of them. */
export function engagedByWords(by: string): string {
  const many: Record<string, string> = {
    most: "engaged by most definitions",
    all: "engaged by every definition that can say",
    none: "engaged by no definition",
  };
  return many[by] ?? `engaged by the definition “${spaced(by)}”`;
}

/** Every filter of the list as a clause, in the order in which they are said. */
export function clausesOf(query: PeopleQuery, { n, on, since, audience }: PeopleSentence): string[] {
  const isOne = n === 1;
  const [are, were] = isOne ? ["is", "was"] : ["are", "were"];
  const sinceText = dayBeside(since, on);
  const onText = dayText(on);
  const clauses: string[] = [];
  if (query.cell) {
    const mood = { "1": "engaged and positive", "2": "apathetic", "3": "engaged and negative" }[query.cell.slice(1)];
    if (mood)
      clauses.push(`who ${are} ${mood}${query.cell.startsWith("B") ? " but not " : ""}${notCustomer(query, isOne)}`);
  }
  if (query.customer === "false" && !query.cell) clauses.push(`who ${are} not ${isOne ? "a customer" : "customers"}`);
  if (query.engaged) clauses.push(`who ${are} ${query.engaged === "true" ? "" : "not "}engaged`);
  if (query.engaged_by) clauses.push(`who ${are} ${engagedByWords(query.engaged_by)}`);
  if (query.flow) {
    const clause = flowClause(query.flow, sinceText, onText, are, were);
    if (clause) clauses.push(clause);
  }
  if (query.from || query.to) clauses.push(migrationClause(query, sinceText, onText, are, were));
  if (query.base && query.change && query.period) clauses.push(changeClause(query.base, query.change, query.period));
  else if (query.period) clauses.push(periodClause(query.period, query.period_flow ?? "active", were));
  if (query.people) clauses.push("chosen one by one");
  if (query.acquired) clauses.push(`who first came in ${periodText(query.acquired)}`);
  if (query.last_from) clauses.push(`last seen on ${dayBeside(query.last_from, on)} or later`);
  if (query.leaving) clauses.push(`who ${are} ${query.leaving === "true" ? "" : "not "}on their way out`);
  if (query.quadrant) {
    const clause = quadrantClause(query.quadrant);
    if (clause) clauses.push(clause);
  }
  if (query.stage) clauses.push(`in the stage “${wordOf(STAGE_WORDS, query.stage)}”`);
  if (query.direction) clauses.push(`who ${are} ${query.direction}`);
  if (query.due_from) clauses.push(`who ${were} due on ${dayBeside(query.due_from, on)} or later`);
  if (query.q) clauses.push(`with “${query.q}” in a name or id`);
  if (query.layer) clauses.push(`by what they did on the layer “${wordOf(LAYER_WORDS, query.layer)}”`);
  if (query.audience) clauses.push(`of the audience “${audience ?? query.audience}”`);
  return clauses;
}

/** What the list shows, in plain words: "238 people who were engaged on 31 May and are not on 30 June 1998". */
export function peopleWords(query: PeopleQuery, sentence: PeopleSentence): string {
  const { n, on } = sentence;
  const isOne = n === 1;
  const clauses = clausesOf(query, sentence);
  const noun = nounOf(query, isOne);
  const isDated = Boolean(query.flow || query.from || query.to || query.period);
  const what = clauses.length === 0 ? noun : `${noun} ${clauses.join(", ")}`;
  const comma = clauses.length > 0 ? "," : "";
  return `${count(n)} ${what}${isDated ? "" : `${comma} on ${dayText(on)}`}`;
}
