// The chance that somebody is still there: a number, and a bar the width of a word.
import { percent } from "../format";

export function Chance({ p }: { p: number }) {
  return (
    <span className="chance" title="the chance that they are still there">
      <i aria-hidden="true">
        <b style={{ width: `${p * 100}%` }} />
      </i>
      {percent(p)}
      <span className="unseen"> likely still there</span>
    </span>
  );
}
