// Writing an answer or a note: what is begun is kept, nobody else can answer meanwhile, and for ten seconds it can be
// taken back.
import { Button, Textarea } from "@mantine/core";
import { useDebouncedCallback, useHotkeys, useInterval } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { hold, keepDraft, letGo, useSavedAnswers, type useThreadActs } from "../../api/asks";
import type { Thread, WaitingReply } from "../../api/types";
import { Problem } from "../../components/states";
import { useSingleKeys } from "../../keys";

/** How often somebody who writes says so again; the server forgets after a minute. */
const HOLD_AGAIN_MS = 20_000;
const KEEP_AFTER_MS = 600;

interface ComposerProps {
  data: Thread;
  acts: ReturnType<typeof useThreadActs>;
}

export function Composer({ data, acts }: ComposerProps) {
  const [text, setText] = useState(data.draft ?? "");
  const [isNote, setNote] = useState(false);
  const [other, setOther] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [hasSingle] = useSingleKeys();
  const said = useWriting(data.key, setOther);
  const focus = (note: boolean) => {
    setNote(note);
    field.current?.focus();
  };
  useHotkeys(
    hasSingle
      ? [
          ["r", () => focus(false)],
          ["n", () => focus(true)],
        ]
      : [],
  );
  const write = (next: string) => {
    setText(next);
    if (!isNote) said(next);
  };
  const done = { onSuccess: () => setText("") };
  const send = () => (isNote ? acts.note.mutate(text, done) : acts.reply.mutate({ text, verb: null }, done));
  const error = isNote ? acts.note.error : acts.reply.error;
  return (
    <div className="composer">
      {data.waiting.map((reply) => (
        <Waiting key={reply.id} reply={reply} acts={acts} onBack={(back) => setText(back)} />
      ))}
      <div className="does switch">
        <button type="button" aria-pressed={!isNote} onClick={() => focus(false)}>
          answer
        </button>
        <button type="button" aria-pressed={isNote} onClick={() => focus(true)}>
          note for staff
        </button>
        {isNote ? null : <Saved text={text} onChoose={write} />}
      </div>
      <Textarea
        ref={field}
        autosize
        minRows={3}
        maxRows={16}
        value={text}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && text.trim() !== "") send();
        }}
        aria-label={isNote ? "Note for staff" : "Answer"}
        placeholder={isNote ? "Staff alone see this" : whereTo(data)}
      />
      {other ? <p className="neg">{other} is writing an answer at this moment.</p> : null}
      {error ? <Problem error={error} /> : null}
      <Button
        onClick={send}
        disabled={text.trim() === "" || (!isNote && other !== null)}
        loading={acts.reply.isPending || acts.note.isPending}
        variant={isNote ? "default" : "filled"}
      >
        {isNote ? "Keep the note" : "Send"}
      </Button>
    </div>
  );
}

/** Where an answer goes, as the empty field says it. */
export function whereTo(data: Pick<Thread, "address" | "source">): string {
  if (data.address?.startsWith("mailto:")) return `An answer by mail to ${data.address.slice("mailto:".length)}`;
  return `An answer, written down here and told to every hook for replies (${data.source})`;
}

/** Keeps the draft and the thread for whoever writes; says who else does. */
function useWriting(thread: string, setOther: (name: string | null) => void) {
  const isWriting = useRef(false);
  const keep = useDebouncedCallback((text: string) => {
    keepDraft(thread, text).catch(() => undefined);
  }, KEEP_AFTER_MS);
  const again = useInterval(() => {
    if (isWriting.current) take();
  }, HOLD_AGAIN_MS);
  const take = () => {
    hold(thread)
      .then((held) => setOther(held.is_mine ? null : held.held_by))
      .catch(() => undefined);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a thread
  useEffect(() => {
    again.start();
    return () => {
      again.stop();
      if (isWriting.current) letGo(thread).catch(() => undefined);
    };
  }, [thread]);
  return (text: string) => {
    if (!isWriting.current && text !== "") take();
    isWriting.current = text !== "";
    keep(text);
  };
}

/** An answer that goes out in a moment. */
function Waiting({
  reply,
  acts,
  onBack,
}: Pick<ComposerProps, "acts"> & { reply: WaitingReply; onBack: (text: string) => void }) {
  const [now, setNow] = useState(() => Date.now());
  const tick = useInterval(() => setNow(Date.now()), 500, { autoInvoke: true });
  useEffect(() => tick.stop, [tick.stop]);
  const left = Math.max(0, Math.ceil((Date.parse(reply.send_at) - now) / 1000));
  return (
    <p className="waiting-reply" role="status">
      {left > 0 ? `Goes out in ${left} s: ` : "Goes out now: "}
      <q>{reply.text.slice(0, 80)}</q>{" "}
      <Button
        size="compact-sm"
        variant="default"
        loading={acts.takeBack.isPending}
        onClick={() => acts.takeBack.mutate(reply.id, { onSuccess: (back) => onBack(back.text) })}
      >
        Take it back
      </Button>
    </p>
  );
}

/** Saved answers: choose one, or save what is written. */
function Saved({ text, onChoose }: { text: string; onChoose: (text: string) => void }) {
  const { all, save } = useSavedAnswers();
  const rows = all.data?.rows ?? [];
  const [name, setName] = useState<string | null>(null);
  return (
    <>
      {rows.length === 0 ? null : (
        <select
          value=""
          aria-label="Saved answers"
          onChange={(event) => onChoose(rows.find((row) => String(row.id) === event.target.value)?.text ?? text)}
        >
          <option value="">saved answers …</option>
          {rows.map((row) => (
            <option key={row.id} value={row.id}>
              {row.name}
            </option>
          ))}
        </select>
      )}
      {text.trim() === "" ? null : name === null ? (
        <button type="button" onClick={() => setName("")}>
          save it to use again
        </button>
      ) : (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate({ name, text }, { onSuccess: () => setName(null) });
          }}
        >
          <input
            aria-label="Name of the saved answer"
            placeholder="its name"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Button size="compact-sm" type="submit" variant="default" disabled={name.trim() === ""}>
            Save
          </Button>
          {save.error ? <Problem error={save.error} /> : null}
        </form>
      )}
    </>
  );
}
