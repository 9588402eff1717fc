// What moved in one way, in its unit, and the people whose it was: their number opens their list.
import { Link } from "react-router";
import type { Move } from "../../api/types";
import { count } from "../../format";
import { useScope } from "../../scope";
import { type Slice, sliced } from "../../slice";
import { amountText, type Unit } from "./amounts";

interface MoveNumberProps {
  move: Pick<Move, "n" | "amount" | "list"> | undefined;
  unit: Unit;
  slice: Slice;
}

export function MoveNumber({ move, unit, slice }: MoveNumberProps) {
  const { to } = useScope();
  if (!move || (move.n === 0 && move.amount === 0)) return <span className="fine">0</span>;
  const list = to("/people", sliced(move.list, slice));
  if (unit.unit === "people") {
    return (
      <Link to={list} data-list="" className="link">
        {count(move.n)}
      </Link>
    );
  }
  return (
    <>
      {amountText(move.amount, unit)}
      <small className="fine block">
        <Link to={list} data-list="" className="link">
          {count(move.n)}
        </Link>{" "}
        {move.n === 1 ? "person" : "people"}
      </small>
    </>
  );
}
