// One person: a sentence, the derived values with their arithmetic, what happened and where, and which raw ids make this person.
import { useMemo } from "react";
import { Link, useParams } from "react-router";
import { usePerson } from "../../api/person";
import type { Person as PersonData, PersonStanding } from "../../api/types";
import { LayerBar } from "../../components/layers";
import { CellChip } from "../../components/marks";
import { PageTop } from "../../components/page-top";
import { Part } from "../../components/part";
import { Sentence } from "../../components/sentence";
import { Spark } from "../../components/spark";
import { Answer, useTitle } from "../../components/states";
import { WhyDrawer } from "../../components/why";
import { counted, money, times } from "../../format";
import { useScope, useUrl } from "../../scope";
import { idOf } from "../../words";
import { Definition } from "./definition";
import { PersonDefinitionsPart } from "./definitions";
import { DegreeChart } from "./degree-chart";
import { Erase } from "./erase";
import { Ids } from "./ids";
import { Consents, Disputes, NotRead } from "./own-word";
import { InviteToRoom } from "./room";
import { Rooms } from "./rooms";
import { Timeline } from "./timeline";

export function Person() {
  const name = useParams().person ?? "";
  const { scope } = useScope();
  const person = usePerson(name, scope);
  return (
    <>
      <Top name={name} person={person.data} />
      <Answer query={person} what={`${idOf(name)} could not be read.`} height={480}>
        {(data) => <Body data={data} />}
      </Answer>
    </>
  );
}

function Top({ name, person }: { name: string; person: PersonData | undefined }) {
  const { to } = useScope();
  useTitle(person?.name ?? idOf(name));
  return (
    <PageTop
      on={person?.on}
      hasSince={false}
      left={
        <span>
          <Link to={to("/people")} className="link">
            People
          </Link>{" "}
          / {person?.name ?? idOf(name)}
          {person && person.ids.length > 1 ? ` · ${person.ids.length} ids in one person` : ""}
        </span>
      }
    />
  );
}

/** The standing looked at: with the object of the URL, or else the first. */
export function chosenStanding(person: PersonData, object: string | undefined): PersonStanding | undefined {
  return person.standings.find((standing) => standing.object === object) ?? person.standings[0];
}

function Body({ data }: { data: PersonData }) {
  const { scope } = useScope();
  const standing = useMemo(() => chosenStanding(data, scope.object), [data, scope.object]);
  return (
    <>
      <h1>
        {data.is_read ? (
          <Sentence pieces={data.sentence} />
        ) : (
          <>
            <bdi>{data.name}</bdi> does not want to be read.
          </>
        )}
      </h1>
      {data.is_read ? null : <NotRead />}
      {standing ? <Definition standing={standing} on={data.on} disputes={data.disputes} /> : null}
      <div className="three">
        <div>{standing ? <DegreeChart standing={standing} on={data.on} /> : null}</div>
        <div>
          {data.is_read ? (
            <>
              <WithWhom data={data} chosen={standing?.object} />
              <Part title="Footprint" does="share of involvement">
                <LayerBar layers={data.layers} />
              </Part>
            </>
          ) : null}
          <Disputes disputes={data.disputes} />
          <Money data={data} />
          <Ids ids={data.ids} links={data.links} />
          <Consents consents={data.consents} />
          <Rooms person={data.person} />
          <InviteToRoom person={data.person} />
          <Erase person={data.person} />
        </div>
        <Timeline person={data.person} on={scope.on} />
      </div>
      {standing ? <PersonDefinitionsPart person={data.person} object={standing.object} on={data.on} /> : null}
      {standing ? <WhyDrawer person={data.person} name={data.name} object={standing.object} on={data.on} /> : null}
    </>
  );
}

function WithWhom({ data, chosen }: { data: PersonData; chosen: string | undefined }) {
  const { params } = useUrl();
  const toObject = (object: string) => {
    const next = new URLSearchParams(params);
    next.set("object", object);
    return { search: next.toString() };
  };
  return (
    <Part title="With whom" does={counted(data.standings.length, "relation", "relations")}>
      <table className="relations tight">
        <caption className="unseen">The objects this person is engaged with</caption>
        <thead className="unseen">
          <tr>
            <th scope="col">Object</th>
            <th scope="col">Cell</th>
            <th scope="col">Degree</th>
            <th scope="col">Over time</th>
          </tr>
        </thead>
        <tbody>
          {data.standings.map((standing) => (
            <tr key={standing.object}>
              <th scope="row">
                <Link
                  to={toObject(standing.object)}
                  aria-current={standing.object === chosen || undefined}
                  preventScrollReset
                  style={{ fontWeight: standing.object === chosen ? 700 : 500, textDecoration: "none" }}
                >
                  {standing.title}
                </Link>
              </th>
              <td>
                <CellChip cell={standing.cell} />
              </td>
              <td className="n">{times(standing.degree)}</td>
              <td style={{ width: 96 }}>
                <Spark values={standing.spark.map((point) => point.involvement)} direction={standing.direction} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}

function Money({ data }: { data: PersonData }) {
  if (data.money.length === 0) return null;
  return (
    <Part title="Spent, all in all, less what was given back">
      <dl className="facts">
        {data.money.map((sum) => (
          <div key={sum.currency} style={{ display: "contents" }}>
            <dt>{counted(sum.n, "purchase or return", "purchases and returns")}</dt>
            <dd>{money(sum.value_minor, sum.currency)}</dd>
          </div>
        ))}
      </dl>
    </Part>
  );
}
