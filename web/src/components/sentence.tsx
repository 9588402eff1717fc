// A computed sentence: words, and numbers that open the list that makes them.
import { Link } from "react-router";
import type { Piece } from "../api/types";
import { useScope } from "../scope";
import { type Slice, sliced } from "../slice";

interface SentenceProps {
  pieces: Piece[];
  /** The slice the numbers are of. */
  slice?: Slice;
}

export function Sentence({ pieces, slice = {} }: SentenceProps) {
  const { to } = useScope();
  return pieces.map((piece, at) => {
    const tone = piece.tone ?? undefined;
    // The pieces of one sentence have no other name than their place.
    const key = at;
    if (piece.list) {
      return (
        <Link key={key} to={to("/people", sliced(piece.list, slice))} className={tone} data-list="">
          {piece.text}
        </Link>
      );
    }
    return (
      <span key={key} className={tone}>
        {piece.text}
      </span>
    );
  });
}
