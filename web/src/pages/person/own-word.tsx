// What somebody says themselves: whether they want to be read, passed on and asked, and what they dispute.
import type { Consent, Dispute } from "../../api/types";
import { Part } from "../../components/part";
import { saidIn } from "../../disputes";
import { counted, dayOf, dayShort } from "../../format";

/** Of whoever does not want to be read there is nothing else to say. */
export function NotRead() {
  return (
    <p className="sub" data-not-read>
      They do not want to be read, so nothing is concluded of them: they have no standing, stand in no list, and count
      in no number. What they did stays written down below.
    </p>
  );
}

const PURPOSES: Record<Consent["purpose"], string> = {
  reading: "being read",
  sharing: "being passed on",
  offers: "being offered pictures",
};

const HOW: Record<string, string> = {
  room: "in their room",
  browser: "by their browser’s signal",
  desk: "to staff",
};

/** "yes", "no, said on 3 Jan 2030, in their room". */
export function stanceWords({ is_given, by }: Pick<Consent, "is_given" | "by">): string {
  const word = is_given ? "yes" : "no";
  if (!by) return word;
  return `${word}, said on ${dayShort(dayOf(by.at))}, ${HOW[by.how] ?? by.how}`;
}

export function Consents({ consents }: { consents: Consent[] }) {
  return (
    <Part title="What they agree to">
      <dl className="facts">
        {consents.map((one) => (
          <div key={one.purpose} style={{ display: "contents" }}>
            <dt>{PURPOSES[one.purpose]}</dt>
            <dd>{stanceWords(one)}</dd>
          </div>
        ))}
      </dl>
    </Part>
  );
}

export function Disputes({ disputes }: { disputes: Dispute[] }) {
  const standing = disputes.filter((one) => one.taken_back_at === null);
  if (standing.length === 0) return null;
  return (
    <Part title="What they dispute" does={counted(standing.length, "word", "words")}>
      <ul className="disputes">
        {standing.map((one) => (
          <li key={`${one.object} ${one.matter} ${one.at}`}>
            <q dir="auto">{saidIn(one)}</q>{" "}
            <span className="fine">
              of the {one.matter} with {one.object_title}, since {dayShort(dayOf(one.at))}
              {one.said ? "; it counts in place of the guess" : ""}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}
