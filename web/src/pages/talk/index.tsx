// Somebody was talked to, face to face or on the phone: who, what they said, what they were told. Made for one hand.
import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type FormEvent, useRef, useState } from "react";
import { Link } from "react-router";
import { useBegun } from "../../api/asks";
import { useJudged, useNoteTalk } from "../../api/talks";
import { Problem, useTitle } from "../../components/states";
import { dayText } from "../../format";
import { useScope } from "../../scope";
import { CLASSES } from "../asks/words";
import { isKnown, NOBODY, type Who, WhoField } from "./who";

const SETTLE_MS = 400;

const PLACES = [
  { place: "face", word: "Face to face" },
  { place: "phone", word: "On the phone" },
];

/** What the page calls a talk, so that pressed twice it is written down once. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface Kept {
  thread: string;
  isAnswered: boolean;
  until: string;
}

export function Talk() {
  useTitle("Talk");
  const [kept, setKept] = useState<Kept | null>(null);
  return (
    <div className="talk">{kept ? <Done kept={kept} onMore={() => setKept(null)} /> : <Form onKept={setKept} />}</div>
  );
}

function Done({ kept, onMore }: { kept: Kept; onMore: () => void }) {
  const { to } = useScope();
  const where = kept.isAnswered
    ? "It is answered."
    : kept.until
      ? `It is yours, and rests until ${dayText(kept.until)}.`
      : "If it asks something, it waits in the queue.";
  return (
    <>
      <h1>Kept. {where}</h1>
      <p className="row">
        <Button size="lg" autoFocus onClick={onMore}>
          Another talk
        </Button>
        <Link className="link" to={to("/asks", `state=all&thread=${kept.thread}`)}>
          Open the thread
        </Link>
      </p>
    </>
  );
}

function Form({ onKept }: { onKept: (kept: Kept) => void }) {
  const note = useNoteTalk();
  const id = useRef(newId());
  const [who, setWho] = useState<Who>(NOBODY);
  const [place, setPlace] = useState("face");
  const [said, setSaid] = useBegun("talk said", "");
  const [answer, setAnswer] = useBegun("talk answer", "");
  const [until, setUntil] = useState("");
  const [asks, setAsks] = useState<string | null>(null);
  const [isTried, setTried] = useState(false);
  const flaw = !isKnown(who) ? "Say with whom." : said.trim() === "" ? "Write down what they said." : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (flaw || note.isPending) return;
    // To the end of the day that was promised, here where it was.
    const promised = until === "" ? null : new Date(`${until}T23:59:00`).toISOString();
    note.mutate(
      {
        id: id.current,
        person: who.known?.person ?? null,
        name: who.name || null,
        mail: who.mail || null,
        phone: who.phone || null,
        place,
        object: null,
        said,
        class: asks,
        answer: answer || null,
        promised_until: promised,
      },
      {
        onSuccess: ({ thread }) => {
          setSaid("");
          setAnswer("");
          onKept({ thread, isAnswered: answer.trim() !== "" && until === "", until });
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <h1>I talked to somebody</h1>
      <WhoField who={who} onChange={setWho} />
      <fieldset className="plain talk-places">
        <legend className="unseen">Where</legend>
        {PLACES.map((one) => (
          <label key={one.place}>
            <input
              type="radio"
              name="place"
              checked={place === one.place}
              onChange={() => setPlace(one.place)}
              aria-label={one.word}
            />
            <span>{one.word}</span>
          </label>
        ))}
      </fieldset>
      <label className="talk-field">
        They said
        <textarea rows={2} value={said} onChange={(event) => setSaid(event.target.value)} />
      </label>
      <Asks said={said} chosen={asks} onChoose={setAsks} />
      <label className="talk-field">
        <span>
          We answered <small>if we did</small>
        </span>
        <textarea rows={2} value={answer} onChange={(event) => setAnswer(event.target.value)} />
      </label>
      <label className="talk-field talk-beside">
        <span>Promised until</span>
        <input type="date" value={until} onChange={(event) => setUntil(event.target.value)} />
      </label>
      {until === "" ? null : <p className="fine">It stays open until then, and is yours.</p>}
      {isTried && flaw ? (
        <p className="neg" role="alert">
          {flaw}
        </p>
      ) : null}
      {note.error ? <Problem error={note.error} what="It could not be kept." /> : null}
      <Button type="submit" size="lg" fullWidth loading={note.isPending}>
        Keep it
      </Button>
    </form>
  );
}

/** What is asked, by the words as they are written, and the way to say that it is something else. */
function Asks({
  said,
  chosen,
  onChoose,
}: {
  said: string;
  chosen: string | null;
  onChoose: (one: string | null) => void;
}) {
  const [settled] = useDebouncedValue(said.trim(), SETTLE_MS);
  const { data } = useJudged(settled);
  if (settled === "" && chosen === null) return null;
  const byRules = data?.class ?? "none";
  const word = (one: string) => (one === "none" ? "asks nothing" : one);
  return (
    <label className="talk-field talk-beside">
      That is
      <select value={chosen ?? ""} onChange={(event) => onChoose(event.target.value || null)}>
        <option value="">{word(byRules)}, by the words</option>
        {[...CLASSES, "none"].map((one) => (
          <option key={one} value={one}>
            {word(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
