// The rows of the list: a table where there is room, a card for each person where there is not.
import { Link } from "react-router";
import type { People, PeopleQuery, PeopleSort, PersonRow } from "../../api/types";
import { Chance } from "../../components/chance";
import { CellChip } from "../../components/marks";
import { personPath } from "../../components/person-lines";
import { ScrollBox } from "../../components/scroll-box";
import { Spark } from "../../components/spark";
import { dayShort, NONE, roundMoney, standingOf } from "../../format";
import { useScope, useUrl } from "../../scope";
import type { useChosen } from "./chosen";

interface Head {
  title: string;
  sort?: PeopleSort;
  isNumber?: boolean;
  isMoney?: boolean;
  isWide?: boolean;
}

const HEADS: Head[] = [
  { title: "Person" },
  { title: "Why", isWide: true },
  { title: "26 weeks", sort: "degree" },
  { title: "Last seen", sort: "last_day" },
  { title: "Due", sort: "due_day" },
  { title: "Still there", sort: "p_alive" },
  { title: "Year behind", isNumber: true, isMoney: true },
  { title: "Year ahead", sort: "potential", isNumber: true, isMoney: true },
  { title: "At risk", sort: "at_risk", isNumber: true, isMoney: true },
];

/** Orders beside the one by value at risk, for where the heads of the columns are not seen. */
export const SORTS: PeopleSort[] = ["potential", "p_alive", "due_day", "last_day", "degree", "value"];

function HeadCell({ head, query }: { head: Head; query: PeopleQuery }) {
  const { set } = useUrl();
  const isSorted = head.sort !== undefined && query.sort === head.sort;
  const isAscending = query.order === "asc";
  const press = () =>
    set({
      sort: head.sort === "at_risk" ? null : (head.sort ?? null),
      order: isSorted && !isAscending ? "asc" : null,
    });
  return (
    <th
      scope="col"
      className={head.isNumber ? "n" : undefined}
      aria-sort={isSorted ? (isAscending ? "ascending" : "descending") : undefined}
    >
      {head.sort ? (
        <button type="button" className="sort" onClick={press}>
          {head.title}
          <span aria-hidden="true">{isSorted ? (isAscending ? " ↑" : " ↓") : ""}</span>
        </button>
      ) : (
        head.title
      )}
    </th>
  );
}

interface LeaverRowsProps {
  list: People;
  choice: ReturnType<typeof useChosen<PersonRow>>;
  hasMoney: boolean;
  query: PeopleQuery;
}

export function LeaverRows({ list, choice, hasMoney, query }: LeaverRowsProps) {
  const nRows = list.rows.length;
  return (
    <ScrollBox label="The people, with the reason and what is at risk">
      <table className="leavers">
        <caption className="unseen">The people, with the reason and what is at risk</caption>
        <thead>
          <tr>
            <th scope="col" className="choose">
              <input
                type="checkbox"
                aria-label="Choose everybody on this page"
                checked={nRows > 0 && choice.nHere === nRows}
                ref={(box) => {
                  if (box) box.indeterminate = choice.nHere > 0 && choice.nHere < nRows;
                }}
                onChange={(event) => choice.toggleAll(event.currentTarget.checked)}
              />
            </th>
            {HEADS.filter((head) => hasMoney || !head.isMoney).map((head) => (
              <HeadCell key={head.title} head={head} query={query} />
            ))}
          </tr>
        </thead>
        <tbody>
          {list.rows.map((row, at) => (
            <Leaver
              key={row.person}
              row={row}
              on={list.on}
              hasMoney={hasMoney}
              isChosen={choice.chosen.has(row.person)}
              onChoose={(isOn, isRange) => choice.toggle(at, isOn, isRange)}
            />
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

interface LeaverProps {
  row: PersonRow;
  on: string;
  hasMoney: boolean;
  isChosen: boolean;
  onChoose: (isOn: boolean, isRange: boolean) => void;
}

function Leaver({ row, on, hasMoney, isChosen, onChoose }: LeaverProps) {
  const { to } = useScope();
  const { set } = useUrl();
  const isOverdue = row.due_day !== null && row.due_day < on;
  const worth = row.worth;
  const amount = (minor: number | undefined) => (minor === undefined ? NONE : roundMoney(minor, row.currency));
  return (
    <tr data-person={row.person} data-chosen={isChosen || undefined}>
      <td className="choose">
        <input
          type="checkbox"
          aria-label={`Choose ${row.name}`}
          checked={isChosen}
          onChange={(event) =>
            onChoose(event.currentTarget.checked, (event.nativeEvent as MouseEvent).shiftKey === true)
          }
        />
      </td>
      <th scope="row">
        <Link to={to(personPath(row.person))} data-walk="">
          {row.name}
        </Link>
        <small>
          <CellChip cell={row.cell} /> {standingOf(row.percentile)}
        </small>
      </th>
      <td className="whole">
        {row.reason ? `${row.reason}. ` : null}
        <button
          type="button"
          className="why"
          onClick={() => set({ why: "worth", who: row.person }, { isReplacing: false, keepsPage: true })}
          aria-label={`Why these numbers of ${row.name}?`}
        >
          why?
        </button>
      </td>
      <td data-label="26 weeks">
        <Spark values={row.spark} direction={row.direction} width={88} />
      </td>
      <td data-label="Last seen" className="nowrap">
        {dayShort(row.last_day)}
      </td>
      <td data-label="Due" className={isOverdue ? "neg nowrap" : "nowrap"}>
        {row.due_day ? dayShort(row.due_day) : NONE}
        {isOverdue ? <span className="unseen">, silent since</span> : null}
      </td>
      <td data-label="Still there" data-p-alive={worth?.p_alive}>
        {worth ? <Chance p={worth.p_alive} /> : NONE}
      </td>
      {hasMoney ? (
        <>
          <td data-label="Year behind" className="n">
            {amount(worth?.current_minor)}
          </td>
          <td data-label="Year ahead" className="n">
            {amount(worth?.potential_minor)}
          </td>
          <td data-label="At risk" className="n" data-at-risk={worth?.at_risk_minor}>
            <b>{amount(worth?.at_risk_minor)}</b>
          </td>
        </>
      ) : null}
    </tr>
  );
}
