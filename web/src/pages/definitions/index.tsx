// Definitions: every author's engagement over the same people, how far they agree, and on whom they do not.
import { useMemo } from "react";
import { useDefinitions } from "../../api/definitions";
import type { Definitions as Data } from "../../api/types";
import { PageTop } from "../../components/page-top";
import { Sentence } from "../../components/sentence";
import { Answer, useTitle } from "../../components/states";
import { count } from "../../format";
import { useScope } from "../../scope";
import { Agreement } from "./agreement";
import { DisputedPeople } from "./disputed";
import { Lenses } from "./lenses";
import { comparable } from "./pairs";

export function Definitions() {
  useTitle("Definitions");
  const { scope } = useScope();
  const definitions = useDefinitions(scope);
  return (
    <>
      <PageTop on={definitions.data?.on} hasSince={false} />
      <Answer query={definitions} what="The definitions could not be read." height={520}>
        {(data) => <Body data={data} />}
      </Answer>
    </>
  );
}

function Body({ data }: { data: Data }) {
  const pairs = useMemo(
    () =>
      comparable(
        data.definitions.map((definition) => definition.id),
        data.agreements,
      ),
    [data],
  );
  const whose = data.n_sampled < data.n_people ? `a sample of ${count(data.n_sampled)}` : "all";
  return (
    <>
      <h1>
        <Sentence pieces={data.sentence} />
      </h1>
      <p className="sub">
        The same activity seen through {data.definitions.length} definitions; {pairs.ids.length} can be compared here. A
        visit is an active day, and visits, minutes and shares are those of the last {data.window_days} days. Ranks are
        compared over {whose} of the {count(data.n_people)} people present.
      </p>
      {pairs.ids.length > 1 ? <Agreement data={data} pairs={pairs} /> : null}
      <Lenses data={data} />
      {data.disputed.length > 0 ? <DisputedPeople data={data} ids={pairs.ids} /> : null}
    </>
  );
}
