// The lists one is on, what staff were told of one, and in which drawers all of it lies.
import { useState } from "react";
import { Answer } from "../../components/states";
import { count, dayOf, dayShort } from "../../format";
import { traceWords } from "../../traces";
import type { KnownAlert, KnownAudience } from "../types";
import { useKnownPlaces } from "./api";

export function Lists({ audiences }: { audiences: KnownAudience[] }) {
  if (audiences.length === 0) return <p className="bare">You are on no list.</p>;
  return (
    <ul className="rows">
      {audiences.map((one) => (
        <li key={`${one.object} ${one.name}`}>
          <span>
            <b>
              <bdi>{one.name}</bdi>
            </b>
            , of <bdi>{one.object_title}</bdi>
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Alerts({ alerts }: { alerts: KnownAlert[] }) {
  if (alerts.length === 0) return <p className="bare">Staff were told nothing of you.</p>;
  return (
    <ul className="known-did">
      {alerts.map((one) => (
        <li key={`${one.at} ${one.title}`}>
          <time dateTime={one.at}>{dayShort(dayOf(one.at))}</time>
          <div>
            <b>{one.title}</b>
            <p className="fine">{one.text}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}

export function Places() {
  const [isOpen, setOpen] = useState(false);
  const places = useKnownPlaces(isOpen);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>In which tables of the database something of yours lies</summary>
      {isOpen ? (
        <Answer query={places} what="It could not be found out." height={80}>
          {({ places: all }) =>
            all.length === 0 ? (
              <p className="bare">In none.</p>
            ) : (
              <table className="known-sum">
                <caption>Rows of yours, beside what you did, which lies in files of events</caption>
                <tbody>
                  {all.map((place) => (
                    <tr key={place.table}>
                      <th scope="row">
                        {traceWords(place.table, place.n)} <code className="fine">{place.table}</code>
                      </th>
                      <td>{count(place.n)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )
          }
        </Answer>
      ) : null}
    </details>
  );
}
