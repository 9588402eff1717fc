// Writing an answer or a note: what is begun is kept, nobody else can answer meanwhile, and for ten seconds it can be
// taken back.
import { Button, Textarea } from "@mantine/core";
import { useDebouncedCallback, useInterval } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { hold, letGo, useBegun, useSavedAnswers, type useThreadActs } from "../../api/asks";
import type { Thread, WaitingReply } from "../../api/types";
import { Problem } from "../../components/states";
import { useLetters } from "../../keys";
import { joined } from "./words";

/** How often somebody who writes says so again; the server forgets after a minute. */
const HOLD_AGAIN_MS = 20_000;
const KEEP_AFTER_MS = 600;

interface ComposerProps {
  data: Thread;
  acts: ReturnType<typeof useThreadActs>;
}

export function Composer({ data, acts }: ComposerProps) {
  // An answer and a note are never one text: what is for staff alone must not go out by a wrong press.
  const [answer, setAnswer] = useBegun(`answer ${data.key}`, data.draft ?? "");
  const [note, setNote] = useBegun(`note ${data.key}`, "");
  const [isNote, setIsNote] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const writing = useWriting(data.key, acts);
  const focus = (toNote: boolean) => {
    setIsNote(toNote);
    field.current?.focus();
  };
  useLetters([
    ["r", () => focus(false)],
    ["n", () => focus(true)],
  ]);
  const writeAnswer = (next: string) => {
    setAnswer(next);
    writing.said(next);
  };
  const [text, write, act] = isNote ? [note, setNote, acts.note] : [answer, writeAnswer, acts.reply];
  const isReady = text.trim() !== "" && !act.isPending && (isNote || writing.other === null);
  const send = () => {
    if (!isReady) return;
    if (isNote) acts.note.mutate(note, { onSuccess: () => setNote("") });
    else writing.send(answer, () => setAnswer(""));
  };
  return (
    <div className="composer">
      {/* Said once: the seconds beneath would be read out one by one. */}
      <p className="unseen" aria-live="polite">
        {writing.other
          ? otherText(writing.other)
          : data.waiting.length > 0
            ? "The answer goes out in a moment; until then it can be taken back."
            : ""}
      </p>
      {data.waiting.map((reply) => (
        <Waiting
          key={reply.id}
          reply={reply}
          acts={acts}
          onBack={(back) => {
            writeAnswer(joined(back, answer));
            focus(false);
          }}
        />
      ))}
      {acts.takeBack.error ? <Problem error={acts.takeBack.error} /> : null}
      <div className="does switch">
        <button type="button" aria-pressed={!isNote} onClick={() => focus(false)}>
          answer
        </button>
        <button type="button" aria-pressed={isNote} onClick={() => focus(true)}>
          note for staff
        </button>
        {isNote ? null : <Saved text={answer} onChoose={(saved) => writeAnswer(joined(answer, saved))} />}
      </div>
      <Textarea
        ref={field}
        autosize
        minRows={3}
        maxRows={16}
        value={text}
        readOnly={act.isPending}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
        }}
        aria-label={isNote ? "Note for staff" : "Answer"}
        placeholder={isNote ? "Staff alone see this" : "An answer"}
      />
      {writing.other ? <p className="neg">{otherText(writing.other)}</p> : null}
      {acts.keepDraft.error && !isNote ? (
        <p className="fine">What you write could not be kept: stay here until it is sent.</p>
      ) : null}
      {act.error ? <Problem error={act.error} /> : null}
      <Button onClick={send} disabled={!isReady} loading={act.isPending} variant={isNote ? "default" : "filled"}>
        {isNote ? "Keep the note" : "Send"}
      </Button>
      {isNote ? null : <p className="fine where-to">{whereTo(data)}</p>}
    </div>
  );
}

function otherText(name: string): string {
  return `${name} is writing an answer at this moment.`;
}

/** Where an answer goes. */
export function whereTo(data: Pick<Thread, "address" | "source" | "door" | "is_read_at_door">): string {
  const mail = data.address?.startsWith("mailto:") ? data.address.slice("mailto:".length) : null;
  if (data.is_read_at_door) {
    const too = mail ? `, and by mail to ${mail}` : "";
    return `An answer, shown in the widget where they wrote (${data.source})${too}`;
  }
  if (mail) return `An answer by mail to ${mail}`;
  const actor = /^fediverse(-direct)?:(.+)$/.exec(data.address ?? "");
  if (actor && data.door === "fediverse") {
    return `An answer ${actor[1] ? "to them alone" : "in public"} in the fediverse (${actor[2]})`;
  }
  if (data.door === "form") return `They left no address: an answer stays here (${data.source})`;
  return `An answer, written down here and told to every hook for replies (${data.source})`;
}

/** Keeps the draft and the thread for whoever writes; says who else does. */
function useWriting(thread: string, acts: ComposerProps["acts"]) {
  const [other, setOther] = useState<string | null>(null);
  const isWriting = useRef(false);
  const keep = useDebouncedCallback((text: string) => acts.keepDraft.mutate(text), {
    delay: KEEP_AFTER_MS,
    flushOnUnmount: true,
  });
  const take = () => {
    hold(thread)
      .then((held) => setOther(held.is_mine ? null : held.held_by))
      .catch(() => undefined);
  };
  useInterval(() => (isWriting.current ? take() : undefined), HOLD_AGAIN_MS, { autoInvoke: true });
  const stop = () => {
    if (isWriting.current) letGo(thread).catch(() => undefined);
    isWriting.current = false;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a thread
  useEffect(() => stop, [thread]);
  const said = (text: string) => {
    if (text === "") stop();
    else if (!isWriting.current) take();
    isWriting.current = text !== "";
    keep(text);
  };
  const send = (text: string, onSent: () => void) => {
    // Said now, and not after the answer, where it would be a draft again.
    keep.flush();
    const onSuccess = () => {
      // The server let the thread go with it.
      isWriting.current = false;
      onSent();
    };
    acts.reply.mutate({ text, verb: null }, { onSuccess });
  };
  return { other, said, send };
}

/** An answer that goes out in a moment. */
function Waiting({
  reply,
  acts,
  onBack,
}: Pick<ComposerProps, "acts"> & { reply: WaitingReply; onBack: (text: string) => void }) {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), 500, { autoInvoke: true });
  const left = Math.max(0, Math.ceil((Date.parse(reply.send_at) - now) / 1000));
  return (
    <p className="waiting-reply">
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
          onChange={(event) => onChoose(rows.find((row) => String(row.id) === event.target.value)?.text ?? "")}
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
