// People: the list that makes every number. Filters, order and page live in the URL; the headline says in words what is shown.
import { Button } from "@mantine/core";
import { useMemo } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { PAGE_ROWS, usePeople } from "../../api/people";
import type { People as PeopleData, PeopleQuery } from "../../api/types";
import { PageTop } from "../../components/page-top";
import { Answer, useTitle } from "../../components/states";
import { downloadCsv } from "../../csv";
import { count, counted } from "../../format";
import { useScope } from "../../scope";
import { peopleWords } from "../../words";
import { Filters } from "./filters";
import { queryOf } from "./query";
import { PeopleRows, peopleCsv } from "./rows";

export function People() {
  useTitle("People");
  const { scope } = useScope();
  const [params] = useSearchParams();
  const query = useMemo(() => queryOf(params), [params]);
  const stack = params.getAll("page");
  const people = usePeople(scope, query, stack.at(-1));
  return (
    <>
      <PageTop on={people.data?.on} since={people.data?.since} />
      <Answer query={people} what="The list could not be read." height={480}>
        {(data) => <Body data={data} query={query} stack={stack} />}
      </Answer>
    </>
  );
}

interface BodyProps {
  data: PeopleData;
  query: PeopleQuery;
  stack: string[];
}

function Body({ data, query, stack }: BodyProps) {
  const words = peopleWords(query, { n: data.n_total, on: data.on, since: data.since });
  const save = () => {
    const csv = peopleCsv(data.rows);
    downloadCsv(`people ${data.on} page ${stack.length + 1}`, csv.head, csv.rows);
  };
  return (
    <>
      <h1 data-n-total={data.n_total}>{words}.</h1>
      <Filters query={query} onCsv={save} />
      {data.rows.length === 0 ? (
        <p className="hush">Nobody fits all of this. Take a filter away, or choose another day.</p>
      ) : (
        <PeopleRows rows={data.rows} on={data.on} />
      )}
      <Pager data={data} stack={stack} />
    </>
  );
}

function Pager({ data, stack }: Omit<BodyProps, "query">) {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const go = (cursors: string[]) => {
    const next = new URLSearchParams(params);
    next.delete("page");
    for (const cursor of cursors) next.append("page", cursor);
    navigate({ search: next.toString() });
  };
  const first = stack.length * PAGE_ROWS;
  const range = data.rows.length > 0 ? `${count(first + 1)} to ${count(first + data.rows.length)} of ` : "";
  const isSingle = stack.length === 0 && !data.next;
  return (
    <nav className="pager" aria-label="Pages of the list">
      <span>
        {isSingle ? "" : range}
        {counted(data.n_total, "person", "people")}
      </span>
      {isSingle ? null : (
        <span className="row">
          <Button
            size="compact-md"
            variant="default"
            disabled={stack.length === 0}
            onClick={() => go(stack.slice(0, -1))}
          >
            ← Previous
          </Button>
          <Button
            size="compact-md"
            variant="default"
            disabled={!data.next}
            onClick={() => data.next && go([...stack, data.next])}
          >
            Next →
          </Button>
        </span>
      )}
    </nav>
  );
}
