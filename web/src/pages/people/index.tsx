// People: the list that makes every number. Filters, order and page live in the URL; the headline says in words what is shown.
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { useAudiences } from "../../api/audiences";
import { usePeople } from "../../api/people";
import type { People as PeopleData, PeopleQuery } from "../../api/types";
import { MakeAudience } from "../../components/make-audience";
import { PageTop } from "../../components/page-top";
import { Pager } from "../../components/pager";
import { peopleCsv } from "../../components/people-csv";
import { Answer, useTitle } from "../../components/states";
import { downloadCsv } from "../../csv";
import { queryOf } from "../../people-query";
import { useScope } from "../../scope";
import { peopleWords } from "../../words";
import { Filters } from "./filters";
import { PeopleRows } from "./rows";

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
  const audiences = useAudiences();
  const audience = audiences.data?.rows.find((row) => String(row.id) === query.audience)?.name;
  const words = peopleWords(query, { n: data.n_total, on: data.on, since: data.since, audience });
  const save = () => {
    const csv = peopleCsv(data.rows);
    downloadCsv(`people ${data.on} page ${stack.length + 1}`, csv.head, csv.rows);
  };
  return (
    <>
      <h1 data-n-total={data.n_total}>{words}.</h1>
      <Filters
        query={query}
        onCsv={save}
        does={<MakeAudience object={data.object} query={query} n={data.n_total} words={words} />}
      />
      {data.rows.length === 0 ? (
        <p className="hush">Nobody fits all of this. Take a filter away, or choose another day.</p>
      ) : (
        <PeopleRows rows={data.rows} on={data.on} />
      )}
      <Pager people={data} stack={stack} />
    </>
  );
}
