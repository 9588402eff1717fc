// The matrix of rank agreement: the number in every cell, and a shade that says the same.

import type { Definition, Definitions } from "../../api/types";
import { CsvButton } from "../../components/csv-button";
import { Part } from "../../components/part";
import { ScrollBox } from "../../components/scroll-box";
import { downloadCsv } from "../../csv";
import { counted } from "../../format";
import { rhoText, shade } from "../../scores";
import type { Comparable } from "./pairs";

/** The definitions that are compared, each with the number by which the columns name it. */
export function numbered(data: Definitions, ids: string[]): { n: number; definition: Definition }[] {
  return data.definitions
    .filter((definition) => ids.includes(definition.id))
    .map((definition, at) => ({ n: at + 1, definition }));
}

export function fullName({ name, author }: { name: string; author: string }): string {
  return `${name}, ${author}`;
}

/** The heads of the columns: numbers, since names would not fit. */
export function NumberHeads({ all }: { all: ReturnType<typeof numbered> }) {
  return all.map(({ n, definition }) => (
    <th key={definition.id} scope="col" className="n" title={fullName(definition)}>
      <abbr aria-label={fullName(definition)}>{n}</abbr>
    </th>
  ));
}

export function Agreement({ data, pairs }: { data: Definitions; pairs: Comparable }) {
  const all = numbered(data, pairs.ids);
  const title = "How far they rank the same people alike";
  const save = () =>
    downloadCsv(
      `agreement of definitions ${data.on}`,
      ["definition", ...all.map(({ definition }) => definition.id)],
      all.map(({ definition: a }) => [a.id, ...all.map(({ definition: b }) => pairs.rho(a.id, b.id))]),
    );
  const does = <CsvButton of={title} onSave={save} />;
  return (
    <Part title={title} does={does}>
      <ScrollBox label={title}>
        <table className="agreement tight">
          <caption className="fine" style={{ textAlign: "left", paddingBottom: 6 }}>
            Spearman’s ρ, ties in the middle: 1 is the same order, 0 none in common, below 0 the opposite.
          </caption>
          <thead>
            <tr>
              <th scope="col">Definition</th>
              <NumberHeads all={all} />
            </tr>
          </thead>
          <tbody>
            {all.map(({ n, definition: a }) => (
              <tr key={a.id}>
                <th scope="row">
                  {n} {a.name} <small className="fine">{a.author}</small>
                </th>
                {all.map(({ definition: b }) => {
                  const rho = pairs.rho(a.id, b.id);
                  const over = counted(pairs.n(a.id, b.id), "person", "people");
                  return (
                    <td
                      key={b.id}
                      className={a.id === b.id ? "n same" : "n"}
                      style={{ background: a.id === b.id ? undefined : shade(rho) }}
                      title={`${a.name} and ${b.name}: ${rhoText(rho)}, over ${over}`}
                    >
                      {a.id === b.id ? <span className="fine">·</span> : rhoText(rho)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </Part>
  );
}
