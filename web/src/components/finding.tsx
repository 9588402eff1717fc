// The headline of a page that can be sliced: its finding, or that nobody is in the slice, with the way out.
import type { Piece } from "../api/types";
import { useUrl } from "../scope";
import type { Slice } from "../slice";
import { Sentence } from "./sentence";

interface FindingProps {
  pieces: Piece[];
  slice: Slice;
  isNobody: boolean;
}

export function Finding({ pieces, slice, isNobody }: FindingProps) {
  const { set } = useUrl();
  const names = Object.keys(slice);
  if (!isNobody || names.length === 0) {
    return (
      <h1>
        <Sentence pieces={pieces} slice={slice} />
      </h1>
    );
  }
  return (
    <>
      <h1>Nobody is in this slice.</h1>
      <p className="sub">
        Nobody who was here by this day is of the layer, the month or the audience chosen below.{" "}
        <button
          type="button"
          className="link"
          onClick={() => set(Object.fromEntries(names.map((name) => [name, null])))}
        >
          Show everybody
        </button>
      </p>
    </>
  );
}
