// A short list of people at the side of a page: who, how it went, and what they are worth. j and k walk through it.
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { PersonRow } from "../api/types";
import { roundMoney } from "../format";
import { useScope } from "../scope";
import { Spark } from "./spark";

interface PersonLinesProps {
  rows: PersonRow[];
  about: (row: PersonRow) => ReactNode;
}

export function personPath(person: string): string {
  return `/people/${encodeURIComponent(person)}`;
}

export function PersonLines({ rows, about }: PersonLinesProps) {
  const { to } = useScope();
  return (
    <ul className="lines">
      {rows.map((row) => (
        <li key={row.person}>
          <span>
            <Link to={to(personPath(row.person))} data-walk="">
              {row.name}
            </Link>
            <small>{about(row)}</small>
          </span>
          <Spark values={row.spark} direction={row.direction} />
          <span className="n">{roundMoney(row.value_minor, row.currency)}</span>
        </li>
      ))}
    </ul>
  );
}
