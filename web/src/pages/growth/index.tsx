// Growth: what came and what went, period by period; what of the loss newcomers hide; sliced as one likes.
import { useAccounts } from "../../api/accounts";
import type { Accounts, Base } from "../../api/types";
import { Switch } from "../../components/choice";
import { Everybody, Finding } from "../../components/finding";
import { PageTop } from "../../components/page-top";
import { PeriodSwitches } from "../../components/period-switches";
import { SlicePicker } from "../../components/slice-picker";
import { Answer, useTitle } from "../../components/states";
import { readPeriods } from "../../format";
import { useScope, useUrl } from "../../scope";
import { useSlice } from "../../slice";
import { BASE_WORDS, BASES } from "../../words";
import { hasAnybody } from "./amounts";
import { LatestAccount } from "./latest";
import { Periods } from "./periods";

const SLICES = ["layer", "acquired", "acquired_by", "audience"] as const;
const NS = ["18", "36", "72"];

/** What is counted, in a line of its own. */
const BASE_ABOUT: Record<Base, string> = {
  active: "Active: did anything at all in the period.",
  engaged: "Engaged: more involved than the mean of those present, at the end of the period.",
  degree:
    "Degree: how many times the mean involvement each person has, added up; so it also sees who comes closer and who drifts.",
  value: "Value: what purchases brought in the period, less what was given back.",
};

export function Growth() {
  useTitle("Growth");
  const { scope } = useScope();
  const { params } = useUrl();
  const slice = useSlice(SLICES);
  const query = {
    base: params.get("base") ?? undefined,
    by: params.get("by") ?? undefined,
    n: params.get("n") ?? undefined,
  };
  const accounts = useAccounts(scope, query, slice);
  return (
    <>
      <PageTop on={accounts.data?.on} hasSince={false} />
      <Answer query={accounts} what="The growth could not be read." height={420} wayOut={<Everybody slice={slice} />}>
        {(data) => <Body data={data} n={query.n ?? "18"} />}
      </Answer>
    </>
  );
}

function Body({ data, n }: { data: Accounts; n: string }) {
  const slice = useSlice(SLICES);
  const pieces = data.sentence.map((piece) => ({ ...piece, text: readPeriods(piece.text) }));
  return (
    <>
      <Finding pieces={pieces} slice={slice} isNobody={!hasAnybody(data.rows)} />
      <p className="sub">{BASE_ABOUT[data.base]}</p>
      <search className="filters">
        <Switch
          name="base"
          label="what is counted"
          value={data.base}
          choices={BASES.map((base) => ({ value: base, word: BASE_WORDS[base] }))}
        />
        <PeriodSwitches by={data.by} n={n} ns={NS} />
        <SlicePicker slice={slice} names={SLICES} />
      </search>
      <Periods data={data} slice={slice} />
      <LatestAccount data={data} slice={slice} />
    </>
  );
}
