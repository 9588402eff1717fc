// The people on whom the definitions differ most, with where each of them puts them.

import { Link } from "react-router";
import type { Definitions } from "../../api/types";
import { CsvButton } from "../../components/csv-button";
import { Part } from "../../components/part";
import { personPath } from "../../components/person-lines";
import { ScrollBox } from "../../components/scroll-box";
import { downloadCsv } from "../../csv";
import { count } from "../../format";
import { useScope } from "../../scope";
import { rankText, shade } from "../../scores";
import { fullName, NumberHeads, numbered } from "./agreement";

export function DisputedPeople({ data, ids }: { data: Definitions; ids: string[] }) {
  const { to } = useScope();
  const places = new Map(data.definitions.map((definition, at) => [definition.id, at]));
  const all = numbered(data, ids);
  const rank = (ranks: (number | null)[], id: string) => ranks[places.get(id) ?? -1] ?? null;
  const title = "Where they differ most";
  const save = () =>
    downloadCsv(
      `disputed people ${data.on}`,
      ["person", "spread", ...all.map(({ definition }) => definition.id)],
      data.disputed.map((row) => [
        row.person,
        row.spread,
        ...all.map(({ definition }) => rank(row.ranks, definition.id)),
      ]),
    );
  const does = <CsvButton of={title} onSave={save} />;
  return (
    <Part title={title} does={does}>
      <ScrollBox label={title}>
        <table className="agreement tight">
          <caption className="fine" style={{ textAlign: "left", paddingBottom: 6 }}>
            The percentage of people below this one by each definition (numbered as above), half of those level with
            them included; the spread is the standard deviation of these.
          </caption>
          <thead>
            <tr>
              <th scope="col">Person</th>
              <NumberHeads all={all} />
              <th scope="col" className="n">
                spread
              </th>
            </tr>
          </thead>
          <tbody>
            {data.disputed.map((row) => (
              <tr key={row.person}>
                <th scope="row">
                  <Link to={to(personPath(row.person))} className="link" data-walk="">
                    {row.name}
                  </Link>
                </th>
                {all.map(({ definition }) => {
                  const at = rank(row.ranks, definition.id);
                  return (
                    <td
                      key={definition.id}
                      className="n"
                      style={{ background: shade(at === null ? null : (at - 50) / 50) }}
                      title={fullName(definition)}
                    >
                      {rankText(at)}
                    </td>
                  );
                })}
                <td className="n">{count(row.spread)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </Part>
  );
}
