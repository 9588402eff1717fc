// One rejection: why, what came, and mending it where it stands.
import { Button } from "@mantine/core";
import { useState } from "react";
import { after } from "../../../after";
import { useMendOne, useRejectedOne } from "../../../api/rejected";
import type { RejectedRow } from "../../../api/types";
import { AskOnce } from "../../../components/ask-once";
import { May } from "../../../components/may";
import { Answer, Problem, Words } from "../../../components/states";
import { instantText } from "../../../format";
import { setOut } from "../../../payload";
import { spaced } from "../../../words";
import { jsonFlaw, replayedWords } from "./query";

interface LineProps {
  row: RejectedRow;
  onSaid: (said: string) => void;
}

export function RejectedLine({ row, onSaid }: LineProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li data-rejected={row.id}>
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary data-walk="">
          <b>{spaced(row.reason)}</b>: <Words text={row.message} />{" "}
          <small className="fine">
            {row.source}
            {row.line === null ? "" : `, line ${row.line}`}, {instantText(row.at)}
            {row.replayed_at ? `, taken ${instantText(row.replayed_at)}` : ""}
          </small>
        </summary>
        {isOpen ? <Opened id={row.id} onSaid={onSaid} /> : null}
      </details>
    </li>
  );
}

function Opened({ id, onSaid }: { id: number; onSaid: (said: string) => void }) {
  const one = useRejectedOne(id, true);
  return (
    <Answer query={one} what="The rejection could not be read." height={120}>
      {(row) =>
        row.state === "open" ? <Mend row={row} onSaid={onSaid} /> : <pre className="raw">{setOut(row.raw)}</pre>
      }
    </Answer>
  );
}

function Mend({ row, onSaid }: LineProps) {
  const kept = setOut(row.raw);
  const [text, setText] = useState(kept);
  const [isAsking, setAsking] = useState(false);
  const { mend, replay, drop } = useMendOne(row.id);
  const isChanged = text !== kept;
  const flaw = jsonFlaw(text);
  const again = () => after(replay.mutateAsync(), (done) => onSaid(replayedWords(done)));
  const send = () => (isChanged ? after(mend.mutateAsync(text), again) : again());
  const nRefused = replay.data?.n_refused ?? 0;
  const id = `payload-${row.id}`;
  return (
    <div className="mend">
      <label htmlFor={id} className="fine">
        What was sent{row.dialect ? `, as ${row.dialect} sends it` : ""}; change what is wrong:
      </label>
      <textarea
        id={id}
        className="sql"
        spellCheck={false}
        rows={Math.min(18, Math.max(5, text.split("\n").length + 1))}
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-invalid={flaw !== null}
        aria-describedby={`${id}-flaw`}
      />
      <p id={`${id}-flaw`} className={flaw ? "neg" : "fine"} aria-live="polite">
        {flaw ? `This is no JSON: ${flaw}` : isChanged ? "Changed, not kept yet." : ""}
      </p>
      {mend.data && !isChanged ? (
        <p aria-live="polite">
          <Words text={mend.data.message} />
        </p>
      ) : null}
      {nRefused > 0 ? <p className="neg">It is still not taken; the reason above says why.</p> : null}
      {mend.error ? <Problem error={mend.error} what="The change could not be kept." /> : null}
      {replay.error ? <Problem error={replay.error} what="It could not be sent again." /> : null}
      <May right="administer">
        <div className="row">
          <Button
            size="compact-md"
            onClick={send}
            loading={mend.isPending || replay.isPending}
            disabled={flaw !== null}
          >
            {isChanged ? "Keep and replay" : "Replay"}
          </Button>
          <Button
            size="compact-md"
            variant="default"
            disabled={!isChanged || flaw !== null}
            onClick={() => mend.mutate(text)}
          >
            Keep the change
          </Button>
          <Button size="compact-md" variant="default" onClick={() => setAsking(true)}>
            Drop
          </Button>
        </div>
      </May>
      <AskOnce
        isOpen={isAsking}
        title="Drop this one?"
        yes="Drop it"
        isBusy={drop.isPending}
        onYes={() => after(drop.mutateAsync(), () => onSaid("One rejection was dropped."))}
        onNo={() => setAsking(false)}
      >
        <p>Its payload is gone for good, and with it what {row.source} sent.</p>
        {drop.error ? <Problem error={drop.error} what="It could not be dropped." /> : null}
      </AskOnce>
    </div>
  );
}
