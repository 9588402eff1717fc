// The kinds of leaving, side by side: how many people, what they brought, what is expected of them, and what is at risk.
import type { KeyboardEvent } from "react";
import type { Leaving, LeavingKind, Stage } from "../../api/types";
import { count, roundMoney } from "../../format";
import { useUrl } from "../../scope";
import { STAGE_ABOUT, STAGE_WORDS, wordOf } from "../../words";

export const LIST_ID = "leavers";
const tabId = (stage: Stage) => `kind-${stage}`;

interface KindsProps {
  data: Leaving;
  chosen: Stage;
}

export function Kinds({ data, chosen }: KindsProps) {
  const { set } = useUrl();
  const choose = (stage: Stage) => set({ kind: stage });
  const onKeyDown = (event: KeyboardEvent) => {
    const at = data.kinds.findIndex((kind) => kind.stage === chosen);
    const last = data.kinds.length - 1;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last }[event.key];
    const next = to === undefined ? undefined : data.kinds[(to + data.kinds.length) % data.kinds.length];
    if (!next) return;
    event.preventDefault();
    choose(next.stage);
    document.getElementById(tabId(next.stage))?.focus();
  };
  return (
    <div role="tablist" aria-label="Kinds of leaving" className="kinds" onKeyDown={onKeyDown}>
      {data.kinds.map((kind) => (
        <button
          key={kind.stage}
          id={tabId(kind.stage)}
          type="button"
          role="tab"
          aria-selected={kind.stage === chosen}
          aria-controls={LIST_ID}
          tabIndex={kind.stage === chosen ? 0 : -1}
          onClick={() => choose(kind.stage)}
          data-kind={kind.stage}
        >
          <Kind kind={kind} currency={data.currency} hasMoney={data.basis !== "activity"} />
        </button>
      ))}
    </div>
  );
}

interface KindProps {
  kind: LeavingKind;
  currency: string;
  hasMoney: boolean;
}

function Kind({ kind, currency, hasMoney }: KindProps) {
  const sums: [string, number][] = [
    ["year behind", kind.current_minor],
    ["year ahead", kind.potential_minor],
    ["at risk", kind.at_risk_minor],
  ];
  return (
    <>
      <span className="name">{wordOf(STAGE_WORDS, kind.stage)}</span>
      <span className="figure">
        {count(kind.n)} <small>{kind.n === 1 ? "person" : "people"}</small>
      </span>
      {hasMoney
        ? sums.map(([word, minor]) => (
            <span key={word} className="sum">
              <span>{word}</span> <span className="n">{roundMoney(minor, currency)}</span>
            </span>
          ))
        : null}
      <span className="says">{wordOf(STAGE_ABOUT, kind.stage)}</span>
    </>
  );
}
