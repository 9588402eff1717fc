// Answers: how many asks were answered, how soon, by whom; what silence seems to cost; and which brands are inanimate.
import { useMemo } from "react";
import { Link } from "react-router";
import { useAskCounts, useAskNews } from "../../api/asks";
import { useReciprocity, useResponses } from "../../api/responses";
import type { BrandReciprocity, ResponseGroup, ResponseGrouping, Responses } from "../../api/types";
import { Choice } from "../../components/choice";
import { TablePart } from "../../components/part";
import { Answer, useTitle } from "../../components/states";
import type { Column } from "../../components/table";
import { count, dayText, NONE, percent } from "../../format";
import { useUrl } from "../../scope";
import { waitText } from "../asks/words";
import { Curve } from "./curve";
import { BY_WORDS, headline, inanimateText, sustainText } from "./words";

export function Answers() {
  useTitle("Answers");
  useAskNews();
  const { params } = useUrl();
  const brand = params.get("brand") ?? undefined;
  const from = params.get("from") ?? undefined;
  const to = params.get("to") ?? undefined;
  const responses = useResponses({ brand, from, to });
  return (
    <>
      <div className="top">
        <span>{brand ?? "All brands"}</span>
      </div>
      <Answer query={responses} what="The answers could not be counted." height={420}>
        {(data) => <Body data={data} brand={brand} />}
      </Answer>
    </>
  );
}

function Body({ data, brand }: { data: Responses; brand: string | undefined }) {
  return (
    <>
      <h1>{headline(data.all)}</h1>
      <p className="sub">
        The clock runs from the first word to the first answer of a human of the brand, day and night. Who still waits
        is kept in, as the curve of Kaplan and Meier does; a machine's receipt and another customer's answer are told
        apart.
      </p>
      <Filters brand={brand} />
      {data.all.n === 0 ? (
        <p className="hush">
          When people ask, <Link to="/asks">the queue</Link> shows who waits, and this page what became of it.
        </p>
      ) : (
        <>
          <Curve data={data} />
          {data.by.map((grouping) => (
            <Groups key={grouping.by} grouping={grouping} />
          ))}
          <Sustain data={data} />
        </>
      )}
      <Reciprocity />
    </>
  );
}

function Filters({ brand }: { brand: string | undefined }) {
  const { params, set } = useUrl();
  const { data } = useAskCounts(undefined);
  const brands = data?.brands ?? [];
  return (
    <search className="filters">
      {brands.length === 0 ? null : (
        <Choice
          name="brand"
          label="Brand"
          any="all brands"
          value={brand}
          choices={brands.map(({ object }) => ({ value: object, word: object }))}
        />
      )}
      {(["from", "to"] as const).map((name) => (
        <label key={name}>
          Asked {name}{" "}
          <input type="date" value={params.get(name) ?? ""} onChange={(event) => set({ [name]: event.target.value })} />
        </label>
      ))}
    </search>
  );
}

/** A number that opens the asks it counts: those of the group, with what else is said of them. */
function Amount({ n, list, also }: { n: number; list: string; also: Record<string, string> }) {
  if (n === 0) return <span className="hush">0</span>;
  const params = new URLSearchParams(list);
  params.set("view", "list");
  for (const [name, value] of Object.entries(also)) params.set(name, value);
  return (
    <Link to={`/asks?${params}`} data-list="">
      {count(n)}
    </Link>
  );
}

function columnsOf(by: string): Column<ResponseGroup>[] {
  const n = (
    title: string,
    value: (row: ResponseGroup) => number,
    also: Record<string, string> = {},
  ): Column<ResponseGroup> => ({
    title,
    value,
    show: (row) => <Amount n={value(row)} list={row.list} also={also} />,
    isNumber: true,
  });
  const within = (title: string, at: number): Column<ResponseGroup> => ({
    title,
    value: (row) => row.within[at] ?? 0,
    show: (row) => percent(row.within[at] ?? 0),
    isNumber: true,
  });
  return [
    { title: BY_WORDS[by] ?? by, value: (row) => row.value, show: (row) => row.value || "not known", isHead: true },
    n("Asked", (row) => row.n),
    n("Answered", (row) => row.n_answered, { state: "answered" }),
    { title: "Rate", value: (row) => row.rate, show: (row) => percent(row.rate), isNumber: true },
    {
      title: "Half within",
      value: (row) => row.median_hours,
      show: (row) => (row.median_hours === null ? NONE : waitText(row.median_hours)),
      isNumber: true,
    },
    within("In 1 h", 0),
    within("In 8 h", 1),
    within("In 24 h", 2),
    within("In a week", 3),
    n("Late", (row) => row.n_late, { late: "true" }),
    n("Ignored now", (row) => row.n_overdue, { overdue: "true" }),
    n("Closed unanswered", (row) => row.n_closed, { state: "closed" }),
    n("By a customer", (row) => row.n_peer, { peer: "true" }),
    n("Receipt only", (row) => row.n_acknowledged_only, { acknowledged: "true" }),
  ];
}

function Groups({ grouping }: { grouping: ResponseGrouping }) {
  const columns = useMemo(() => columnsOf(grouping.by), [grouping.by]);
  // One group says what all of them say; who answered has only those that were.
  if (grouping.groups.length < (grouping.by === "staff" ? 1 : 2)) return null;
  return (
    <TablePart
      title={BY_WORDS[grouping.by] ?? grouping.by}
      columns={columns}
      rows={grouping.groups}
      rowKey={(row) => row.value}
      isTight
    />
  );
}

function Sustain({ data }: { data: Responses }) {
  const { sustain } = data;
  return (
    <section className="part" aria-label="What an answer seems to change">
      <header>
        <h2>What an answer seems to change</h2>
      </header>
      <p className="finding">
        {sustain
          ? sustainText(sustain)
          : "Too few asks with and without an answer, by people like each other, are older than 30 days to say."}
      </p>
      {sustain ? (
        <p className="fine">
          {count(sustain.n_answered)} answered within a week beside {count(sustain.n_silent)} not answered within 30
          days, alike in class, layer, direction and involvement before; {count(sustain.n_unmatched)} were like nobody
          on the other side. Nobody drew lots over who is answered, so this is no proof of cause.
        </p>
      ) : null}
    </section>
  );
}

const reciprocityColumns: Column<BrandReciprocity>[] = [
  { title: "Brand", value: (row) => row.object, isHead: true },
  { title: "People", value: (row) => row.n_people, show: (row) => count(row.n_people), isNumber: true },
  {
    title: "Engaged back with",
    value: (row) => row.n_engaged_back,
    show: (row) => (row.is_inanimate ? <b className="neg">nobody: inanimate</b> : count(row.n_engaged_back)),
    isNumber: true,
  },
  { title: "Their points", value: (row) => row.points, show: (row) => count(Math.round(row.points)), isNumber: true },
  {
    title: "Its points",
    value: (row) => row.points_back,
    show: (row) => count(Math.round(row.points_back)),
    isNumber: true,
  },
  {
    title: "Last did something",
    value: (row) => row.last_day,
    show: (row) => (row.last_day ? dayText(row.last_day) : NONE),
  },
];

function Reciprocity() {
  const found = useReciprocity();
  return (
    <Answer query={found} what="What brands do could not be counted." height={120}>
      {({ rows }) => (
        <TablePart
          title="Who engages back"
          columns={reciprocityColumns}
          rows={rows}
          rowKey={(row) => row.object}
          isTight
        >
          <p className="finding">{inanimateText(rows)}</p>
        </TablePart>
      )}
    </Answer>
  );
}
