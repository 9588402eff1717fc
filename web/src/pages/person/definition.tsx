// The derived values of one standing, each with its "why?".
import type { Cell, Dispute, PersonStanding, WhyOf } from "../../api/types";
import { DirectionMark } from "../../components/marks";
import { disputeOf } from "../../disputes";
import {
  counted,
  dayBeside,
  daysBetween,
  dayText,
  probability,
  roundMoney,
  signed,
  standingOf,
  times,
} from "../../format";
import { CELL_WORDS, MOOD_MARK, moodOf, STAGE_ABOUT, STAGE_WORDS, wordOf } from "../../words";
import { Value } from "./value";
import { WorthValues } from "./worth";

function CellName({ cell }: { cell: Cell | null }) {
  if (cell === null) return "not present";
  const mood = moodOf(cell);
  return (
    <span className={mood}>
      <span aria-hidden="true">{MOOD_MARK[mood]}</span> {cell}
    </span>
  );
}

function kindWords(kind: number | null): string {
  if (kind === null) return "nothing they did says whether they feel well or ill";
  return kind < 0 ? "negative, on a scale of −1 to +1" : "positive, on a scale of −1 to +1";
}

function rhythmWords(standing: PersonStanding, on: string): string {
  const silent = counted(daysBetween(standing.last_day, on), "day", "days");
  if (!standing.due_day) return `silent ${silent}; too few days to know a rhythm`;
  return `silent ${silent}, ${counted(standing.n_days, "active day", "active days")} in all`;
}

function points(involvement: number): string {
  return involvement.toLocaleString("en-GB", { maximumFractionDigits: 1 });
}

/** What the object does toward the person, beside what the person does toward it. */
export function backWords(standing: PersonStanding, on: string): string {
  if (!standing.back) return `${standing.title} never did anything toward them`;
  const days = counted(standing.back.n_days, "day", "days");
  return `points, against their ${points(standing.involvement)}; on ${days}, last ${dayBeside(standing.back.last_day, on)}`;
}

interface DefinitionProps {
  standing: PersonStanding;
  on: string;
  disputes: Dispute[];
}

export function Definition({ standing, on, disputes }: DefinitionProps) {
  const said = (of: WhyOf) => disputeOf(disputes, standing.object, of);
  const isOverdue = standing.due_day !== null && standing.due_day < on;
  const due = standing.due_day ? `due ${dayBeside(standing.due_day, on)}` : "not known";
  return (
    <dl className="kv">
      <Value name="Degree" of="degree" dispute={said("degree")} value={times(standing.degree)}>
        the average · {standingOf(standing.percentile)}
      </Value>
      <Value
        name="Kind"
        of="kind"
        dispute={said("kind")}
        value={
          <span className={standing.kind === null ? undefined : standing.kind < 0 ? "neg" : "pos"}>
            {standing.kind === null ? "unknown" : signed(standing.kind)}
          </span>
        }
      >
        {kindWords(standing.kind)}
      </Value>
      <Value
        name="Direction"
        of="direction"
        dispute={said("direction")}
        value={<DirectionMark direction={standing.direction} />}
      >
        p falling = {probability(standing.p_falling)} · {standing.n_before} → {standing.n_recent} active days
      </Value>
      <Value
        name="Value"
        of="value"
        dispute={said("value")}
        value={roundMoney(standing.value_minor, standing.currency)}
      >
        in the trailing year
      </Value>
      <Value
        name="Cell"
        of="cell"
        dispute={said("cell")}
        isWord={standing.cell === null}
        value={<CellName cell={standing.cell} />}
      >
        {standing.cell === null ? "no event within the retention window" : CELL_WORDS[standing.cell]}
      </Value>
      <Value name="Stage" of="stage" dispute={said("stage")} isWord value={wordOf(STAGE_WORDS, standing.stage)}>
        {wordOf(STAGE_ABOUT, standing.stage)}
      </Value>
      <Value
        name="Own rhythm"
        of="rhythm"
        dispute={said("rhythm")}
        isWord
        value={<span className={isOverdue ? "neg" : undefined}>{due}</span>}
      >
        {rhythmWords(standing, on)}
      </Value>
      <Value name="Involvement" of="involvement" dispute={said("involvement")} value={points(standing.involvement)}>
        since {dayText(standing.first_day)}
      </Value>
      <div className={standing.back ? undefined : "word"}>
        <dt>Back toward them</dt>
        <dd>
          <strong>{standing.back ? points(standing.back.involvement) : "nothing"}</strong>{" "}
          <small>{backWords(standing, on)}</small>
        </dd>
      </div>
      <WorthValues standing={standing} dispute={said("worth")} />
    </dl>
  );
}
