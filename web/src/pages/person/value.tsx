// One derived value with its "why?".
import type { ReactNode } from "react";
import type { Dispute, WhyOf } from "../../api/types";
import { saidIn } from "../../disputes";
import { dayOf, dayShort } from "../../format";
import { useUrl } from "../../scope";

interface ValueProps {
  name: string;
  of: WhyOf;
  value: ReactNode;
  /** A word rather than a figure: set smaller. */
  isWord?: boolean;
  /** What they say against it themselves. */
  dispute?: Dispute;
  children: ReactNode;
}

export function Value({ name, of, value, isWord, dispute, children }: ValueProps) {
  const { set } = useUrl();
  return (
    <div className={isWord ? "word" : undefined}>
      <dt>
        {name}{" "}
        <button
          type="button"
          className="why"
          onClick={() => set({ why: of }, { isReplacing: false })}
          aria-label={`Why this ${name.toLowerCase()}?`}
        >
          why?
        </button>
      </dt>
      <dd>
        <strong>{value}</strong> <small>{children}</small>
        {dispute ? (
          <small className="own-word">
            They say: <q dir="auto">{saidIn(dispute)}</q>, since {dayShort(dayOf(dispute.at))}
          </small>
        ) : null}
      </dd>
    </div>
  );
}
