// The table of cohorts: a row for each, a column for each period after; shaded, and with its number.

import { Link } from "react-router";
import type { Cohort, CohortCell, Cohorts } from "../../api/types";
import { CsvButton } from "../../components/csv-button";
import { Part } from "../../components/part";
import { ScrollBox } from "../../components/scroll-box";
import { downloadCsv } from "../../csv";
import { capitalised, count, periodText } from "../../format";
import { useScope } from "../../scope";
import { type Slice, sliced } from "../../slice";
import { cellText, highest, shadeOf } from "./cells";

const TITLES: Record<Cohorts["counted"], string> = {
  active: "Of each cohort, the share that is active",
  engaged: "Of each cohort, the share that is engaged",
  value: "What each cohort brings",
};

interface HeatProps {
  data: Cohorts;
  rows: Cohort[];
  slice: Slice;
}

export function Heat({ data, rows, slice }: HeatProps) {
  const nColumns = Math.max(0, ...rows.map((row) => row.cells.length));
  const ages = Array.from({ length: nColumns }, (_, age) => age);
  const title = `${TITLES[data.counted]}, ${data.by} by ${data.by}`;
  const save = () =>
    downloadCsv(
      title,
      ["cohort", "people", ...ages.map((age) => `${data.by} ${age}`)],
      rows.map((row) => [
        row.period,
        row.n,
        ...row.cells.map((cell) => (data.counted === "value" ? cell.value : cell.share)),
      ]),
    );
  return (
    <Part title={title} does={<CsvButton of={title} onSave={save} />}>
      <ScrollBox label={title} isCapped={rows.length > 20}>
        <HeatTable data={data} rows={rows} slice={slice} ages={ages} title={title} />
      </ScrollBox>
      <p className="fine">
        {capitalised(data.by)} 0 is the one in which they {data.made_by === "acquired" ? "came" : "were engaged"}; the
        stronger the shade, the more.
      </p>
    </Part>
  );
}

function HeatTable({ data, rows, slice, ages, title }: HeatProps & { ages: number[]; title: string }) {
  const { to } = useScope();
  const top = highest(rows, data.counted);
  return (
    <table className="heat">
      <caption className="unseen">{title}</caption>
      <thead>
        <tr>
          <th scope="col">Cohort</th>
          <th scope="col" className="n">
            People
          </th>
          {ages.map((age) => (
            <th key={age} scope="col" className="n">
              <span className="unseen">{data.by} </span>
              {age}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.period}>
            <th scope="row">{periodText(row.period)}</th>
            <td>
              <Link to={to("/people", sliced(row.list, slice))} data-list="">
                {count(row.n)}
              </Link>
            </td>
            {row.cells.map((cell) => (
              <HeatCell key={cell.period} cell={cell} data={data} slice={slice} top={top} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface HeatCellProps {
  cell: CohortCell;
  data: Cohorts;
  slice: Slice;
  top: number;
}

function HeatCell({ cell, data, slice, top }: HeatCellProps) {
  const { to } = useScope();
  const shade = shadeOf(cell, data.counted, top);
  const text = cellText(cell, data);
  return (
    <td
      style={{ background: `color-mix(in srgb, var(--accent-fill) ${shade}%, transparent)` }}
      title={data.counted === "value" ? periodText(cell.period) : `${count(cell.value)} in ${periodText(cell.period)}`}
      data-n={data.counted === "value" ? undefined : cell.value}
    >
      {cell.list ? <Link to={to("/people", sliced(cell.list, slice))}>{text}</Link> : text}
    </td>
  );
}
