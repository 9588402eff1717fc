// The derived values of one standing, each with its "why?".
import type { Cell, PersonStanding } from "../../api/types";
import { DirectionMark } from "../../components/marks";
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

export function Definition({ standing, on }: { standing: PersonStanding; on: string }) {
  const isOverdue = standing.due_day !== null && standing.due_day < on;
  const due = standing.due_day ? `due ${dayBeside(standing.due_day, on)}` : "not known";
  return (
    <dl className="kv">
      <Value name="Degree" of="degree" value={times(standing.degree)}>
        the average · {standingOf(standing.percentile)}
      </Value>
      <Value
        name="Kind"
        of="kind"
        value={
          <span className={standing.kind === null ? undefined : standing.kind < 0 ? "neg" : "pos"}>
            {standing.kind === null ? "unknown" : signed(standing.kind)}
          </span>
        }
      >
        {kindWords(standing.kind)}
      </Value>
      <Value name="Direction" of="direction" value={<DirectionMark direction={standing.direction} />}>
        p falling = {probability(standing.p_falling)} · {standing.n_before} → {standing.n_recent} active days
      </Value>
      <Value name="Value" of="value" value={roundMoney(standing.value_minor, standing.currency)}>
        in the trailing year
      </Value>
      <Value name="Cell" of="cell" isWord={standing.cell === null} value={<CellName cell={standing.cell} />}>
        {standing.cell === null ? "no event within the retention window" : CELL_WORDS[standing.cell]}
      </Value>
      <Value name="Stage" of="stage" isWord value={wordOf(STAGE_WORDS, standing.stage)}>
        {wordOf(STAGE_ABOUT, standing.stage)}
      </Value>
      <Value name="Own rhythm" of="rhythm" isWord value={<span className={isOverdue ? "neg" : undefined}>{due}</span>}>
        {rhythmWords(standing, on)}
      </Value>
      <Value
        name="Involvement"
        of="involvement"
        value={standing.involvement.toLocaleString("en-GB", { maximumFractionDigits: 1 })}
      >
        since {dayText(standing.first_day)}
      </Value>
      <WorthValues standing={standing} />
    </dl>
  );
}
