// What became of a set: how many hang it, where, what they say beneath it, and how their engagement changed.
import { useHung } from "../../api/offers";
import type { OfferSet, SetHung } from "../../api/types";
import { peopleText } from "../../components/brand-page";
import { Answer } from "../../components/states";
import { count, counted, dayText, signed } from "../../format";

export function Fate({ set }: { set: OfferSet }) {
  const hung = useHung(set.id);
  return (
    <Answer query={hung} what="What became of the set could not be read." height={60}>
      {(data) => <Told hung={data} />}
    </Answer>
  );
}

function Told({ hung }: { hung: SetHung }) {
  const { effect, n_hanging } = hung;
  const isNobody = n_hanging.n === 0;
  return (
    <>
      <p>
        {isNobody ? "Nobody hangs it." : `${peopleText(n_hanging)} ${n_hanging.n === 1 ? "hangs" : "hang"} it.`}{" "}
        {hung.n_asked > 0 ? `${counted(hung.n_asked, "was", "were")} asked. ` : ""}
        {hung.places.length > 0
          ? `They are in ${hung.places.map((part) => `${part.value} (${count(part.n)})`).join(", ")}${
              hung.n_elsewhere > 0 ? `, and ${count(hung.n_elsewhere)} elsewhere` : ""
            }.`
          : ""}
      </p>
      {effect ? (
        <p>
          From {dayText(hung.first_day)} to {dayText(hung.last_day)} the involvement of those who hang it changed by{" "}
          <b>{signed(effect.hanging)}</b> points, of {count(effect.n_others)} others like them by{" "}
          <b>{signed(effect.others)}</b>: {signed(effect.difference)} between them, with 95 % certainty from{" "}
          {signed(effect.low)} to {signed(effect.high)}. <span className="fine">{hung.caveat}</span>
        </p>
      ) : isNobody ? null : (
        <p className="fine">Too few hang it, or are like those who do, to say what it changed.</p>
      )}
      {hung.words.length > 0 ? (
        <details>
          <summary>
            {counted(hung.words.length, "says something", "say something")} beneath it for everybody to read
          </summary>
          <ul className="plain">
            {hung.words.map((one) => (
              <li key={`${one.handle} ${one.image} ${one.words}`}>
                <a href={`/@${one.handle}`}>@{one.handle}</a>: <bdi>{one.words}</bdi>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}
