// The people of one kind of leaving, those with most at risk first: to be read, chosen, taken away, or kept as an audience.
import { Button, Progress } from "@mantine/core";
import { useEffect } from "react";
import { Link, useSearchParams } from "react-router";
import { usePeople } from "../../api/people";
import type { Leaving, LeavingKind, People, PeopleQuery, PersonRow } from "../../api/types";
import { useWholeList } from "../../api/whole-list";
import { MakeAudience } from "../../components/make-audience";
import { Pager } from "../../components/pager";
import { Part } from "../../components/part";
import { peopleCsv } from "../../components/people-csv";
import { SortChoice } from "../../components/sort-choice";
import { Answer, Problem } from "../../components/states";
import { WhyDrawer } from "../../components/why";
import { downloadCsv } from "../../csv";
import { capitalised, count, counted } from "../../format";
import { predicateOf } from "../../people-query";
import { useScope, useUrl } from "../../scope";
import { type Slice, sliced } from "../../slice";
import { peopleWords, STAGE_WORDS, wordOf } from "../../words";
import { useChosen } from "./chosen";
import { LIST_ID } from "./kinds";
import { LeaverRows, SORTS } from "./rows";

/** Rows on one page: as many as one can act on in a morning, and short enough to see what stands below. */
const ROWS = 25;

interface LeaversProps {
  data: Leaving;
  kind: LeavingKind;
  slice: Slice;
}

/** What the list asks of the server: the kind within the slice, and the order of the address. */
export function leaversQuery(kind: LeavingKind, slice: Slice, params: URLSearchParams): PeopleQuery {
  const query: PeopleQuery = Object.fromEntries(new URLSearchParams(sliced(kind.list, slice)));
  const [sort, order] = [params.get("sort"), params.get("order")];
  return { ...query, ...(sort ? { sort } : {}), ...(order ? { order } : {}) };
}

export function Leavers({ data, kind, slice }: LeaversProps) {
  const { to, scope } = useScope();
  const [params] = useSearchParams();
  const query = leaversQuery(kind, slice, params);
  const stack = params.getAll("page");
  const people = usePeople(scope, query, stack.at(-1), ROWS);
  const openAll = (
    <Link to={to("/people", sliced(kind.list, slice))} data-list="">
      the same among People
    </Link>
  );
  return (
    <div role="tabpanel" id={LIST_ID} aria-labelledby={`kind-${kind.stage}`}>
      <Part title={`${wordOf(STAGE_WORDS, kind.stage)}: ${counted(kind.n, "person", "people")}`} does={openAll}>
        {kind.n === 0 ? (
          <p className="hush">Nobody, on this day. Choose another kind, or another day.</p>
        ) : (
          <Answer query={people} what="The list could not be read." height={420}>
            {(list) => <List list={list} data={data} kind={kind} query={query} stack={stack} />}
          </Answer>
        )}
      </Part>
    </div>
  );
}

interface ListProps {
  list: People;
  data: Leaving;
  kind: LeavingKind;
  query: PeopleQuery;
  stack: string[];
}

function List({ list, data, kind, query, stack }: ListProps) {
  const { params } = useUrl();
  const rows = list.rows.map((row) => ({ key: row.person, row }));
  const choice = useChosen<PersonRow>(rows);
  const { clear } = choice;
  const what = `${list.object} ${list.on} ${predicateOf(query).predicate}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other people are shown, so those chosen are no longer meant
  useEffect(() => clear(), [clear, what]);
  const who = params.get("who");
  return (
    <>
      <Acts list={list} kind={kind} query={query} chosen={[...choice.chosen.values()]} onClear={clear} />
      <LeaverRows list={list} choice={choice} hasMoney={data.basis !== "activity"} query={query} />
      <Pager people={list} stack={stack} pageRows={ROWS} />
      <WhyDrawer
        person={who ?? ""}
        name={list.rows.find((row) => row.person === who)?.name ?? who ?? ""}
        object={list.object}
        on={list.on}
      />
    </>
  );
}

interface ActsProps extends Omit<ListProps, "stack" | "data"> {
  chosen: PersonRow[];
  onClear: () => void;
}

/** What can be done with the list, or with those chosen from it. */
function Acts({ list, kind, query, chosen, onClear }: ActsProps) {
  const { params } = useUrl();
  const whole = useWholeList();
  const title = `${wordOf(STAGE_WORDS, kind.stage)} ${list.on}`;
  const save = (rows: PersonRow[]) => {
    const csv = peopleCsv(rows);
    downloadCsv(title, csv.head, csv.rows);
  };
  const saveAll = () => whole.read({ object: list.object, on: list.on, since: list.since }, query, save);
  const isSome = chosen.length > 0;
  const meant: PeopleQuery = isSome ? { people: chosen.map((row) => row.person).join("\n") } : query;
  const n = isSome ? chosen.length : list.n_total;
  const words = peopleWords(meant, { n, on: list.on, since: list.since });
  return (
    <div className="acts">
      <div className="row">
        <MakeAudience
          object={list.object}
          query={meant}
          n={n}
          words={words}
          suggested={capitalised(wordOf(STAGE_WORDS, kind.stage))}
          isButton
        />
        {chosen.length > 0 ? (
          <>
            <Button size="compact-md" variant="default" onClick={() => save(chosen)}>
              Export {count(chosen.length)} chosen as CSV
            </Button>
            <button type="button" className="link fine" onClick={onClear}>
              choose none
            </button>
          </>
        ) : (
          <Button size="compact-md" variant="default" onClick={saveAll} loading={whole.reading !== null}>
            Export {list.n_total === 1 ? "this person" : `all ${count(list.n_total)}`} as CSV
          </Button>
        )}
        <span className="row filters" style={{ margin: "0 0 0 auto" }}>
          <SortChoice query={query} any="value at risk" sorts={SORTS} value={params.get("sort") ?? undefined} />
        </span>
      </div>
      <p className="unseen" aria-live="polite">
        {chosen.length > 0 ? `${counted(chosen.length, "person", "people")} chosen` : ""}
      </p>
      {whole.reading ? (
        <div className="row export">
          <Progress
            value={whole.reading.nTotal > 0 ? (whole.reading.nRead / whole.reading.nTotal) * 100 : 0}
            aria-label="Export, progress"
            size="sm"
          />
          <span className="fine">
            {count(whole.reading.nRead)} of {count(whole.reading.nTotal)} read
          </span>
          <button type="button" className="link fine" onClick={whole.cancel}>
            stop
          </button>
        </div>
      ) : null}
      {whole.error ? <Problem error={whole.error} what="The list could not be exported." onRetry={saveAll} /> : null}
    </div>
  );
}
