// One derived value with its "why?".
import type { ReactNode } from "react";
import type { WhyOf } from "../../api/types";
import { useUrl } from "../../scope";

interface ValueProps {
  name: string;
  of: WhyOf;
  value: ReactNode;
  /** A word rather than a figure: set smaller. */
  isWord?: boolean;
  children: ReactNode;
}

export function Value({ name, of, value, isWord, children }: ValueProps) {
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
      </dd>
    </div>
  );
}
