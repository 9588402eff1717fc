// Cohorts: people by the period in which they came, how many of each still come, and who is still there by three windows.
import { useCohorts } from "../../api/cohorts";
import type { Cohorts as CohortsData, Counted, MadeBy } from "../../api/types";
import { Switch } from "../../components/choice";
import { Everybody, Finding } from "../../components/finding";
import { PageTop } from "../../components/page-top";
import { PeriodSwitches } from "../../components/period-switches";
import { SlicePicker } from "../../components/slice-picker";
import { Answer, useTitle } from "../../components/states";
import { readPeriods } from "../../format";
import { useScope, useUrl } from "../../scope";
import { useSlice } from "../../slice";
import { Curves } from "./curves";
import { Heat } from "./heat";
import { SurvivorsPart } from "./survivors";

const SLICES = ["layer", "audience"] as const;
const NS = ["18", "36", "72", "120"];
const MADE_BY: { value: MadeBy; word: string }[] = [
  { value: "acquired", word: "came first" },
  { value: "engaged", word: "were engaged" },
];
const COUNTED: { value: Counted; word: string }[] = [
  { value: "active", word: "who is active" },
  { value: "engaged", word: "who is engaged" },
  { value: "value", word: "what they bring" },
];

export function Cohorts() {
  useTitle("Cohorts");
  const { scope } = useScope();
  const { params } = useUrl();
  const slice = useSlice(SLICES);
  const query = {
    made_by: params.get("made_by") ?? undefined,
    counted: params.get("counted") ?? undefined,
    by: params.get("by") ?? undefined,
    n: params.get("n") ?? undefined,
  };
  const cohorts = useCohorts(scope, query, slice);
  return (
    <>
      <PageTop on={cohorts.data?.on} hasSince={false} />
      <Answer query={cohorts} what="The cohorts could not be read." height={420} wayOut={<Everybody slice={slice} />}>
        {(data) => <Body data={data} n={query.n ?? "18"} />}
      </Answer>
    </>
  );
}

function Body({ data, n }: { data: CohortsData; n: string }) {
  const slice = useSlice(SLICES);
  const { set } = useUrl();
  const pieces = data.sentence.map((piece) => ({ ...piece, text: readPeriods(piece.text) }));
  // A period in which nobody came has nothing to follow.
  const rows = data.rows.filter((row) => row.n > 0);
  return (
    <>
      <Finding pieces={pieces} slice={slice} isNobody={data.survivors.every((row) => row.n === 0)} />
      <p className="sub">
        A cohort is everybody who{" "}
        {data.made_by === "acquired" ? "came for the first time in" : "was engaged at the end of"} the same {data.by},
        followed through the {data.by}s after.
      </p>
      <search className="filters">
        <Switch name="made_by" label="people by when they" value={data.made_by} choices={MADE_BY} />
        <Switch name="counted" label="counted" value={data.counted} choices={COUNTED} />
        <PeriodSwitches by={data.by} n={n} ns={NS} />
        <SlicePicker slice={slice} names={SLICES} />
      </search>
      {rows.length === 0 ? (
        <p className="hush">
          Nobody {data.made_by === "acquired" ? "came" : "was engaged"} in the last {n} {data.by}s, so there are no
          cohorts. {n === "120" ? "Choose a longer period, or another day." : null}
          {n === "120" ? null : (
            <button type="button" className="link" onClick={() => set({ n: "120" })}>
              Look at the last 120
            </button>
          )}
        </p>
      ) : (
        <>
          <Curves data={data} rows={rows} />
          <Heat data={data} rows={rows} slice={slice} />
        </>
      )}
      <SurvivorsPart data={data} slice={slice} />
    </>
  );
}
