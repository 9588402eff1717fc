// The shapes of the Desk's HTTP API. The rest of the code imports types from here alone, so that this file can later
// re-export what `npm run api` generates from openapi.json without a change elsewhere.

/** A day UTC, YYYY-MM-DD. */
export type Day = string;
/** A person as `kind:value`, such as `customer:00001`; encode it in paths. */
export type PersonName = string;
export type Cell = "A1" | "A2" | "A3" | "B1" | "B2" | "B3";
export type Stage = "new" | "active" | "disengaging_1" | "disengaging_2" | "lapsed" | "defected" | "won_back";
export type Direction = "rising" | "steady" | "falling";
export type Flow = "acquired" | "reactivated" | "disengaged" | "defected" | "stayed";
export type PeriodFlow = "active" | "new" | "retained" | "resurrected" | "churned";
export type GrowthBy = "day" | "week" | "month";
export type WhyOf = "involvement" | "degree" | "kind" | "cell" | "direction" | "rhythm" | "stage" | "value";

/** The object, the day, and the day compared with; what is left out the server fills in. */
export interface Scope {
  object?: string;
  on?: Day;
  since?: Day;
}

/** A piece of a computed sentence; with `list` it is a number that opens the People page with that query string. */
export interface Piece {
  text: string;
  list?: string | null;
  tone?: "good" | "bad" | null;
}

export interface Standing {
  object: string;
  day: Day;
  involvement: number;
  /** Times the mean of those present; above 1 is engaged. */
  degree: number;
  /** 0 to 100. */
  percentile: number;
  /** -1 to 1; null is unknown. */
  kind: number | null;
  /** null: not present. */
  cell: Cell | null;
  is_customer: boolean;
  direction: Direction;
  p_falling: number;
  n_recent: number;
  n_before: number;
  first_day: Day;
  last_day: Day;
  due_day: Day | null;
  n_days: number;
  stage: Stage;
  value_minor: number;
  currency: string;
}

export interface PersonRow extends Standing {
  person: PersonName;
  name: string;
  /** Involvement at the end of each of the last 26 weeks, oldest first. */
  spark: number[];
}

export interface Session {
  person: string;
  expires_at: string;
}

export interface WorkspaceObject {
  name: string;
  kind: string;
  id: string;
  title: string;
  parent: string | null;
  n_present: number;
}

export interface Workspace {
  version: string;
  has_data: boolean;
  is_sample: boolean;
  objects: WorkspaceObject[];
  default_object: string | null;
  first_day: Day | null;
  last_day: Day | null;
  default_on: Day;
  currency: string;
  n_people: number;
  import_line: string;
}

export type JobState = "running" | "done" | "failed" | "cancelled" | "paused";

export interface Job {
  id: number;
  kind: string;
  name: string;
  state: JobState;
  position: number;
  total: number;
  n_done: number;
  n_rejected: number;
  message: string | null;
  started_at: string;
  updated_at: string;
}

export interface Flows {
  before: number;
  after: number;
  acquired: number;
  reactivated: number;
  disengaged: number;
  defected: number;
  masked_share: number | null;
}

export interface EngagedRow extends Flows {
  period: string;
  start: Day;
  end: Day;
}

export interface GrowthRow {
  /** 1997-02, 1997-W08 or 1997-02-03. */
  period: string;
  start: Day;
  end: Day;
  active: number;
  new: number;
  retained: number;
  resurrected: number;
  churned: number;
  quick_ratio: number | null;
  quick_without_new: number | null;
  is_masked: boolean;
  lists: Record<PeriodFlow, string>;
}

export interface LayerShare {
  layer: string;
  share: number;
}

export interface Today {
  object: string;
  on: Day;
  since: Day;
  as_of: string;
  sentence: Piece[];
  sub_sentence: Piece[];
  flows: Flows;
  growth: GrowthRow[];
  layers: LayerShare[];
  stages: { stage: Stage; n: number; list: string }[];
  matrix: Record<Cell, number>;
  fallers: PersonRow[];
  due: PersonRow[];
}

/** The engaged base of the last 18 months, oldest first. */
export interface Engaged {
  rows: EngagedRow[];
}

export interface Growth {
  object: string;
  by: string;
  sentence: Piece[];
  rows: GrowthRow[];
}

export type MigrationFrom = Cell | "newcomer" | "returned";
export type MigrationTo = Cell | "gone";

export interface MatrixCell {
  cell: Cell;
  n: number;
  n_since: number;
  list: string;
}

export interface MigrationRow {
  from: MigrationFrom;
  to: MigrationTo;
  n: number;
  list: string;
}

export interface Matrix {
  object: string;
  on: Day;
  since: Day;
  sentence: Piece[];
  cells: MatrixCell[];
  migration: MigrationRow[];
}

export type PeopleSort = "degree" | "value" | "kind" | "first_day" | "last_day" | "due_day" | "p_falling" | "n_days";
export type Order = "asc" | "desc";

/** Everything the People list can be asked, besides the scope. */
export interface PeopleQuery {
  q?: string;
  cell?: string;
  stage?: string;
  direction?: string;
  flow?: string;
  from?: string;
  to?: string;
  by?: string;
  period?: string;
  period_flow?: string;
  engaged?: string;
  customer?: string;
  due_from?: string;
  sort?: string;
  order?: string;
}

export interface People {
  object: string;
  on: Day;
  since: Day;
  n_total: number;
  rows: PersonRow[];
  next: string | null;
}

export interface SparkPoint {
  day: Day;
  involvement: number;
  degree: number;
}

export interface PersonStanding extends Standing {
  title: string;
  spark: SparkPoint[];
}

export interface IdRow {
  kind: string;
  value: string;
  key: string;
  first_seen_at: string;
}

export interface LinkRow {
  a: string;
  b: string;
  a_name: string;
  b_name: string;
  at: string;
  source: string;
  state: "active" | "undone" | "refused";
  reason: string | null;
}

export interface Person {
  person: PersonName;
  name: string;
  sentence: Piece[];
  on: Day;
  standings: PersonStanding[];
  ids: IdRow[];
  links: LinkRow[];
  layers: LayerShare[];
  money: { currency: string; value_minor: number; n: number }[];
}

export interface TimelineRow {
  at: string;
  layer: string;
  verb: string;
  object: string;
  object_title: string;
  text: string | null;
  rating: number | null;
  value_minor: number | null;
  currency: string | null;
  extra: string | null;
  source: string;
}

export interface Timeline {
  rows: TimelineRow[];
  next: string | null;
}

export interface Contribution {
  label: string;
  detail: string;
  amount: number;
  day: Day | null;
}

export interface Why {
  of: string;
  value: string;
  sentence: string;
  unit: string;
  total: number;
  /** Largest first, adding up to the total; where there are too many, the last one stands for the `n_more` smallest. */
  contributions: Contribution[];
  n_more: number;
  steps: { label: string; value: string }[];
}

export interface SqlTable {
  name: string;
  about: string;
  columns: { name: string; type: string }[];
  /** null: too many to count in passing. */
  n_rows: number | null;
}

export interface SqlSchema {
  tables: SqlTable[];
  lake_line: string;
  examples: { name: string; sql: string }[];
}

export type SqlValue = string | number | null;

export interface SqlResult {
  columns: string[];
  rows: SqlValue[][];
  is_cut: boolean;
  ms: number;
}

export interface Question {
  id: number;
  name: string;
  sql: string;
  updated_at: string;
}

export interface Questions {
  rows: Question[];
}

export interface Health {
  version: string;
  started_at: string;
  now: string;
  database: string;
  schema: number;
  data_dir: string;
  sums: {
    sent: number;
    accepted: number;
    rejected: number;
    folded: number;
    duplicate: number;
    waiting: number;
    agree: boolean;
  };
  lag_events: number;
  tail_rows: number;
  memory_bytes: number;
  database_bytes: number;
  lake_bytes: number;
  runs: { kind: string; n_files: number; n_rows: number; n_bytes: number; min_day: Day | null; max_day: Day | null }[];
  kept_days: Day[];
  rejected: { reason: string; n: number }[];
  jobs: Job[];
  findings: string[];
}

export interface RejectedRow {
  id: number;
  source: string;
  line: number | null;
  reason: string;
  message: string;
  raw: string;
  at: string;
}

export interface Rejected {
  rows: RejectedRow[];
  next: string | null;
}

export interface VerbRow {
  verb: string;
  as2: string;
  kind: "+" | "0" | "-" | "±";
  points: number;
  ask: string | null;
  role: string;
  by: string;
  n: number;
}

export interface Settings {
  parameters: { name: string; value: string; default: string; about: string }[];
  layers: { layer: string; factor: number }[];
  verbs: VerbRow[];
  names: { name: string; verb: string }[];
  unmapped: { name: string; n: number }[];
}
