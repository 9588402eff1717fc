// Cell, kind and direction: always a mark or a word beside the colour.
import type { Cell, Direction } from "../api/types";
import { NONE, signed } from "../format";
import { cellWords, DIRECTION_MARK, MOOD_MARK, MOOD_WORD, moodOf } from "../words";

export function CellChip({ cell }: { cell: Cell | null }) {
  if (cell === null) {
    return (
      <span className="chip apa" title="not present: no event within the retention window">
        {NONE}
      </span>
    );
  }
  const mood = moodOf(cell);
  return (
    <span className={`chip ${mood}`} title={`${cell}: ${cellWords(cell)}`}>
      <span aria-hidden="true">{MOOD_MARK[mood]}</span>
      {cell}
      <span className="unseen">, {MOOD_WORD[mood]}</span>
    </span>
  );
}

export function KindMark({ kind }: { kind: number | null }) {
  if (kind === null) {
    return (
      <span className="fine" title="nothing they did says whether they feel well or ill">
        unknown
      </span>
    );
  }
  return <span className={kind < 0 ? "neg" : "pos"}>{signed(kind)}</span>;
}

export function DirectionMark({ direction }: { direction: Direction }) {
  const tone = { rising: "pos", steady: "", falling: "neg" }[direction];
  return (
    <span className={`${tone} nowrap`}>
      <span className="mark" aria-hidden="true">
        {DIRECTION_MARK[direction]}
      </span>{" "}
      {direction}
    </span>
  );
}
