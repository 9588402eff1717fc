// The six cells as two rows of three: customers above, the others below; positive, apathetic, negative from left to right.
import { Fragment } from "react";
import { Link } from "react-router";
import type { Cell, MatrixCell } from "../api/types";
import { change, count, dayBeside } from "../format";
import { useScope } from "../scope";
import { CELLS, MOOD_MARK, MOOD_WORD, type Mood, moodOf } from "../words";

interface MatrixGridProps {
  cells: Record<Cell, number>;
  /** With lists and the earlier counts, where they are known. */
  details?: MatrixCell[];
  since?: string;
  on?: string;
}

const MOODS: Mood[] = ["pos", "apa", "neg"];
const SIDES = [
  { letter: "A", word: "customers" },
  { letter: "B", word: "others" },
];

export function MatrixGrid({ cells, details, since, on }: MatrixGridProps) {
  const { to } = useScope();
  const detailOf = new Map(details?.map((detail) => [detail.cell, detail]));
  return (
    <div className={details ? "boxes large" : "boxes"} data-matrix="">
      <span className="head corner" />
      {MOODS.map((mood) => (
        <span key={mood} className={`head ${mood}`}>
          <span className="mark" aria-hidden="true">
            {MOOD_MARK[mood]}
          </span>{" "}
          {MOOD_WORD[mood]}
        </span>
      ))}
      {SIDES.map(({ letter, word }) => (
        <Fragment key={letter}>
          <span className="side">{word}</span>
          {CELLS.filter((cell) => cell.startsWith(letter)).map((cell) => {
            const detail = detailOf.get(cell);
            return (
              <span key={cell}>
                <strong>
                  <Link className="link" to={to("/people", detail?.list ?? `cell=${cell}`)} data-list="">
                    {count(cells[cell])}
                  </Link>
                </strong>
                <small>
                  <span className={moodOf(cell)}>{cell}</span>
                  {detail && since && on ? ` ${change(detail.n - detail.n_since)} since ${dayBeside(since, on)}` : ""}
                </small>
              </span>
            );
          })}
        </Fragment>
      ))}
    </div>
  );
}
