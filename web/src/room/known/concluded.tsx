// What is concluded of one's standing with an object: each value in a sentence, with its reason, and one's own word against it.
import { useId, useState } from "react";
import { useSearchParams } from "react-router";
import type { PersonStanding } from "../../api/types";
import { Problem } from "../../components/states";
import { disputeOf, saidIn } from "../../disputes";
import { dayOf, dayText } from "../../format";
import type { Dispute, KnownOfMe } from "../types";
import { useObjecting } from "./api";
import { DisputeForm } from "./dispute";
import { WhyOfMine } from "./why";
import { type Matter, mattersOf } from "./words";

export function Concluded({ known, isOld }: { known: KnownOfMe; isOld: boolean }) {
  const { person, disputes } = known;
  const [params] = useSearchParams();
  const isRefused = known.consents.some((one) => one.purpose === "reading" && !one.is_given);
  if (isRefused || (person && !person.is_read)) {
    return (
      <p className="known-note">
        Nothing is concluded of you, because you do not want it. You can change that <a href="#uses">further down</a>.
      </p>
    );
  }
  const standings = person?.standings ?? [];
  const chosen = standings.find((one) => one.object === params.get("object")) ?? standings[0];
  if (!person || !chosen) return <p className="bare">Nothing is concluded of you: there is too little to go by.</p>;
  return (
    <div aria-busy={isOld || undefined}>
      <Objects standings={standings} chosen={chosen.object} />
      <p className="fine">
        As of {dayText(person.on)}. Staff see the same numbers, with the same reasons, word for word.
      </p>
      <ul className="matters">
        {mattersOf(chosen, person.on).map((matter) => (
          <OneMatter
            key={`${chosen.object} ${matter.of}`}
            matter={matter}
            standing={chosen}
            dispute={disputeOf(disputes, chosen.object, matter.of)}
          />
        ))}
      </ul>
    </div>
  );
}

function Objects({ standings, chosen }: { standings: PersonStanding[]; chosen: string }) {
  const [, setParams] = useSearchParams();
  const id = useId();
  if (standings.length === 1) return <p className="known-whom">About you and {standings[0]?.title}</p>;
  return (
    <p className="known-whom">
      <label htmlFor={id}>About you and</label>{" "}
      <select
        id={id}
        value={chosen}
        onChange={(event) => setParams({ object: event.currentTarget.value }, { preventScrollReset: true })}
      >
        {standings.map((one) => (
          <option key={one.object} value={one.object}>
            {one.title}
          </option>
        ))}
      </select>
    </p>
  );
}

type Open = "why" | "dispute" | null;

function OneMatter({
  matter,
  standing,
  dispute,
}: {
  matter: Matter;
  standing: PersonStanding;
  dispute: Dispute | undefined;
}) {
  const [open, setOpen] = useState<Open>(null);
  const toggle = (which: Open) => setOpen(open === which ? null : which);
  const id = useId();
  return (
    <li data-matter={matter.of}>
      <h3>{matter.name}</h3>
      <p className="known-says">{matter.sentence}</p>
      {dispute ? <Disputed dispute={dispute} matter={matter} /> : null}
      <div className="row">
        <button
          type="button"
          className="known-link"
          aria-expanded={open === "why"}
          aria-controls={open === "why" ? id : undefined}
          aria-label={`why? ${matter.name}`}
          onClick={() => toggle("why")}
        >
          why?
        </button>
        <button
          type="button"
          className="known-link"
          aria-expanded={open === "dispute"}
          aria-controls={open === "dispute" ? id : undefined}
          aria-label={`${dispute ? "say something else" : "that is wrong"}: ${matter.name}`}
          onClick={() => toggle("dispute")}
        >
          {dispute ? "say something else" : "that is wrong"}
        </button>
      </div>
      {open === null ? null : (
        <div id={id} className="known-panel">
          {open === "why" ? (
            <WhyOfMine of={matter.of} object={standing.object} />
          ) : (
            <DisputeForm
              of={matter.of}
              name={matter.name}
              object={standing.object}
              title={standing.title}
              onDone={() => setOpen(null)}
            />
          )}
        </div>
      )}
    </li>
  );
}

function Disputed({ dispute, matter }: { dispute: Dispute; matter: Matter }) {
  const { takeBack } = useObjecting();
  return (
    <div className="known-note" role="status">
      <p>
        On {dayText(dayOf(dispute.at))} you said: <q dir="auto">{saidIn(dispute)}</q>
      </p>
      <p className="fine">
        {dispute.said
          ? "Your word counts in place of what was concluded."
          : "It stands beside what was concluded, where staff see it."}{" "}
        <button
          type="button"
          className="known-link"
          disabled={takeBack.isPending}
          aria-label={`take it back: ${matter.name}`}
          onClick={() => takeBack.mutate({ object: dispute.object, matter: matter.of })}
        >
          take it back
        </button>
      </p>
      {takeBack.error ? <Problem what="It still stands." error={takeBack.error} /> : null}
    </div>
  );
}
