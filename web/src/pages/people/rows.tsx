// The rows of the list: a table where there is room, cards where there is not; the roles say table either way.
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { PersonRow } from "../../api/types";
import { Chance } from "../../components/chance";
import { CellChip, DirectionMark, KindMark } from "../../components/marks";
import { personPath } from "../../components/person-lines";
import { Spark } from "../../components/spark";
import { dayShort, NONE, roundMoney, standingOf, times } from "../../format";
import { useScope } from "../../scope";
import { STAGE_WORDS, wordOf } from "../../words";

const HEADS = ["Person", "26 weeks", "Degree", "Kind", "Direction", "Value", "At risk", "Last seen", "Due"];
const NUMBERS = new Set(["Degree", "Value", "At risk"]);

function Cell({ label, isNumber, children }: { label: string; isNumber?: boolean; children: ReactNode }) {
  return (
    <div role="cell" className={isNumber ? "n" : undefined}>
      <span className="label">{label}</span>
      {children}
    </div>
  );
}

function Row({ row, on }: { row: PersonRow; on: string }) {
  const { to } = useScope();
  const isOverdue = row.due_day !== null && row.due_day < on;
  return (
    <div role="row" data-person={row.person}>
      <div role="cell" className="who">
        <Link to={to(personPath(row.person))} data-walk="">
          {row.name}
        </Link>
        <small>
          <CellChip cell={row.cell} /> {wordOf(STAGE_WORDS, row.stage)}
        </small>
        {row.reason ? <small>{row.reason}.</small> : null}
      </div>
      <Cell label="26 weeks">
        <Spark values={row.spark} direction={row.direction} width={100} />
      </Cell>
      <Cell label="Degree" isNumber>
        {times(row.degree)}
        <small className="fine block">{standingOf(row.percentile)}</small>
      </Cell>
      <Cell label="Kind">
        <KindMark kind={row.kind} />
      </Cell>
      <Cell label="Direction">
        <DirectionMark direction={row.direction} />
      </Cell>
      <Cell label="Value" isNumber>
        {roundMoney(row.value_minor, row.currency)}
        {row.worth ? (
          <small className="fine block">ahead {roundMoney(row.worth.potential_minor, row.currency)}</small>
        ) : null}
      </Cell>
      <Cell label="At risk" isNumber>
        {row.worth ? (
          <>
            {roundMoney(row.worth.at_risk_minor, row.currency)}
            <Chance p={row.worth.p_alive} />
          </>
        ) : (
          NONE
        )}
      </Cell>
      <Cell label="Last seen">{dayShort(row.last_day)}</Cell>
      <Cell label="Due">
        {row.due_day ? (
          <span className={isOverdue ? "neg" : undefined}>
            {dayShort(row.due_day)}
            {isOverdue ? <small className="block">silent since</small> : null}
          </span>
        ) : (
          NONE
        )}
      </Cell>
    </div>
  );
}

export function PeopleRows({ rows, on }: { rows: PersonRow[]; on: string }) {
  return (
    <div role="table" className="people" aria-label="People">
      <div role="rowgroup">
        <div role="row" className="head">
          {HEADS.map((head) => (
            <div key={head} role="columnheader" className={NUMBERS.has(head) ? "n" : undefined}>
              {head}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="body">
        {rows.map((row) => (
          <Row key={row.person} row={row} on={on} />
        ))}
      </div>
    </div>
  );
}
