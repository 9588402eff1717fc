// Leaving: who is on their way out, why, until when, and what it puts at risk; and how long engagement lasts.
import { Link } from "react-router";
import { useLeaving } from "../../api/leaving";
import type { Leaving as LeavingData, LeavingKind } from "../../api/types";
import { Everybody, Finding } from "../../components/finding";
import { PageTop } from "../../components/page-top";
import { SlicePicker } from "../../components/slice-picker";
import { Answer, useTitle } from "../../components/states";
import { useScope, useUrl } from "../../scope";
import { useSlice } from "../../slice";
import { Kinds } from "./kinds";
import { Leavers } from "./leavers";
import { StillEngagedPart } from "./still-engaged";

const SLICES = ["layer", "acquired", "acquired_by", "audience"] as const;

export function Leaving() {
  useTitle("Leaving");
  const { scope } = useScope();
  const slice = useSlice(SLICES);
  const leaving = useLeaving(scope, slice);
  return (
    <>
      <PageTop on={leaving.data?.on} since={leaving.data?.since} />
      <Answer
        query={leaving}
        what="Who is leaving could not be read."
        height={480}
        wayOut={<Everybody slice={slice} />}
      >
        {(data) => <Body data={data} />}
      </Answer>
    </>
  );
}

/** The kind whose people are listed: the one of the address, or the first that has any. */
export function chosenKind(kinds: LeavingKind[], asked: string | null): LeavingKind | undefined {
  return kinds.find((kind) => kind.stage === asked) ?? kinds.find((kind) => kind.n > 0) ?? kinds[0];
}

function Body({ data }: { data: LeavingData }) {
  const { params } = useUrl();
  const slice = useSlice(SLICES);
  const kind = chosenKind(data.kinds, params.get("kind"));
  return (
    <>
      <Finding pieces={data.sentence} slice={slice} isNobody={data.n_all === 0} />
      {data.basis ? <p className="sub">{moneyWords(data)}</p> : null}
      <search className="filters">
        <SlicePicker slice={slice} names={SLICES} />
      </search>
      {kind ? (
        <>
          <Kinds data={data} chosen={kind.stage} />
          <Leavers data={data} kind={kind} slice={slice} />
        </>
      ) : null}
      <StillEngagedPart data={data} slice={slice} />
      <Model data={data} />
    </>
  );
}

function moneyWords(data: LeavingData): string {
  if (data.basis === "activity") {
    return "Nobody bought anything here, so coming back means another active day, and there is no money to be at risk.";
  }
  const others = data.elsewhere.length
    ? ` Not in them, since no rate is known: ${data.elsewhere.join(", ")} of the last 365 days.`
    : "";
  return (
    `Amounts are margins in ${data.currency}: “year behind” of the 365 days up to this one, “year ahead” as expected of ` +
    `the next, and “at risk” what the year ahead would bring from people certain to be here, times the chance that they are not.${others}`
  );
}

/** What the forecasts rest on, and what they are not good for. */
function Model({ data }: { data: LeavingData }) {
  const { to } = useScope();
  if (!data.model) {
    return <p className="fine model">There are too few people here for a model to say who is still there.</p>;
  }
  return (
    <p className="fine model">
      <b>What stands behind the chances and forecasts.</b> A model of people who{" "}
      {data.basis === "activity" ? "come" : "buy"} at a pace of their own and one day stop, unseen, fitted to
      everybody’s past. It is good for sums over many people. It is not good for the exact future of one person, knows
      no seasons and no campaigns, and expects too little where people come back after long silences; to rank people,
      the day they were last seen is nearly as good. In the books it is {data.model};{" "}
      <Link to={to("/models")}>Models</Link> tries it, and others, on time they had not seen.
    </p>
  );
}
