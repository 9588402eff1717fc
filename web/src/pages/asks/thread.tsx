// One thread: what was said in its order, what staff tell each other, the answer, and the person beside it.
import { Button } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useThread, useThreadActs } from "../../api/asks";
import type { Thread, ThreadNote, ThreadPost } from "../../api/types";
import { AskOnce } from "../../components/ask-once";
import { LayerMark } from "../../components/layers";
import { May } from "../../components/may";
import { Answer, Problem } from "../../components/states";
import { instantText } from "../../format";
import { useLetters } from "../../keys";
import { useUrl } from "../../scope";
import { idOf } from "../../words";
import { Aside } from "./aside";
import { Composer } from "./composer";
import { MailFiles, MailSigns, MailText } from "./mail";
import { CLASSES, RESTS, shortened, speakerOf, stateOf } from "./words";

const HOUR_MS = 3_600_000;

export function ThreadView({ thread }: { thread: string }) {
  const found = useThread(thread);
  const { set } = useUrl();
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => back.current?.focus(), []);
  return (
    <section className="thread" aria-label="Thread">
      <p className="does">
        <button type="button" ref={back} onClick={() => set({ thread: null })}>
          ← the queue
        </button>
      </p>
      <Answer query={found} what="This thread could not be read." height={420}>
        {(data) => <Body data={data} />}
      </Answer>
    </section>
  );
}

function Body({ data }: { data: Thread }) {
  const acts = useThreadActs(data.key);
  const isOpen = data.asks.some((ask) => ask.state === "open");
  const error = acts.assign.error ?? acts.snooze.error ?? acts.correct.error;
  return (
    <>
      <h2 className="thread-title">{data.title ?? shortened(data.asks[0]?.text ?? "Something said", 80)}</h2>
      <ul className="thread-asks">
        {data.asks.map((ask) => {
          const { words, tone } = stateOf(ask);
          return (
            <li key={ask.key}>
              {ask.class}: <span className={tone}>{words}</span>
              {ask.peer_at ? " · another customer answered" : ""}
              {ask.acknowledged_at && ask.state === "open" ? " · a machine acknowledged it" : ""}
            </li>
          );
        })}
      </ul>
      <May right="answer">
        <Acts data={data} acts={acts} isOpen={isOpen} />
      </May>
      {error ? <Problem error={error} /> : null}
      <Said data={data} acts={acts} />
      <May right="answer">
        <Composer data={data} acts={acts} />
      </May>
      <Aside data={data} />
    </>
  );
}

type ThreadActs = ReturnType<typeof useThreadActs>;

function Acts({ data, acts, isOpen }: { data: Thread; acts: ThreadActs; isOpen: boolean }) {
  const [isClosing, setClosing] = useState(false);
  const [reason, setReason] = useState("");
  const isResting = data.snoozed_until !== null && Date.parse(data.snoozed_until) > Date.now();
  const assign = () => acts.assign.mutate(data.assignee === null ? "me" : null);
  useLetters([
    ["a", assign],
    ["e", () => isOpen && setClosing(true)],
  ]);
  const rest = (hours: number) => acts.snooze.mutate(new Date(Date.now() + hours * HOUR_MS).toISOString());
  return (
    <>
      <p className="does thread-acts">
        <button type="button" onClick={assign}>
          {data.assignee === null ? "take it" : `${data.assignee} has it: let it go`}
        </button>
        {isResting ? (
          <button type="button" onClick={() => acts.snooze.mutate(null)}>
            wake it
          </button>
        ) : (
          <label>
            let it rest{" "}
            <select value="" onChange={(event) => rest(Number(event.target.value))} aria-label="Let it rest">
              <option value="">…</option>
              {RESTS.map(({ word, hours }) => (
                <option key={hours} value={hours}>
                  {word}
                </option>
              ))}
            </select>
          </label>
        )}
        {isOpen ? (
          <button type="button" onClick={() => setClosing(true)}>
            close without an answer
          </button>
        ) : null}
        <May right="answer" isWhole>
          <MergeAct data={data} acts={acts} />
        </May>
      </p>
      <AskOnce
        isOpen={isClosing}
        title="Close without an answer?"
        yes="Close it"
        isBusy={acts.close.isPending}
        onNo={() => setClosing(false)}
        onYes={() => acts.close.mutate(reason.trim(), { onSuccess: () => setClosing(false) })}
      >
        <p>It will count as never answered, and whoever asked is told nothing.</p>
        <label className="field">
          Why
          <input
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            placeholder="spam, told by phone …"
          />
        </label>
        {acts.close.error ? <Problem error={acts.close.error} /> : null}
      </AskOnce>
    </>
  );
}

/** Another thread of the same person becomes part of this one. */
function MergeAct({ data, acts }: { data: Thread; acts: ThreadActs }) {
  const { set } = useUrl();
  const [into, setInto] = useState("");
  const others = data.history.filter(
    (ask, at) => data.history.findIndex((other) => other.thread === ask.thread) === at,
  );
  if (others.length === 0) return null;
  return (
    <>
      <label>
        it belongs to{" "}
        <select value={into} onChange={(event) => setInto(event.target.value)} aria-label="It belongs to">
          <option value="">…</option>
          {others.map((ask) => (
            <option key={ask.thread} value={ask.thread}>
              {shortened(ask.title ?? ask.text, 60)}
            </option>
          ))}
        </select>
      </label>
      <AskOnce
        isOpen={into !== ""}
        title="Make these one thread?"
        yes="Make them one"
        isBusy={acts.merge.isPending}
        onNo={() => setInto("")}
        onYes={() => acts.merge.mutate(into, { onSuccess: () => set({ thread: into }) })}
      >
        <p>What was said here moves to the other thread, for good.</p>
        {acts.merge.error ? <Problem error={acts.merge.error} /> : null}
      </AskOnce>
    </>
  );
}

/** Posts and notes in the order of their time. */
function Said({ data, acts }: { data: Thread; acts: ThreadActs }) {
  const brand = data.object ? idOf(data.object) : "the brand";
  const all = [
    ...data.posts.map((post) => ({ at: post.at, post, note: undefined })),
    ...data.notes.map((note) => ({ at: note.at, post: undefined, note })),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <ol className="posts" aria-label="What was said">
      {data.n_posts > data.posts.length ? <li className="fine">Earlier posts are not shown.</li> : null}
      {all.map(({ post, note }) =>
        post ? (
          <PostItem key={post.key} post={post} brand={brand} acts={acts} />
        ) : note ? (
          <NoteItem key={`note-${note.id}`} note={note} />
        ) : null,
      )}
    </ol>
  );
}

function NoteItem({ note }: { note: ThreadNote }) {
  return (
    <li className="post note">
      <p className="by">
        <b>{note.staff}</b> noted, for staff alone <time dateTime={note.at}>{instantText(note.at)}</time>
      </p>
      <p className="text">{note.text}</p>
    </li>
  );
}

function PostItem({ post, brand, acts }: { post: ThreadPost; brand: string; acts: ThreadActs }) {
  const isOurs = post.role === "brand" || post.role === "machine" || post.role === "close";
  if (post.role === "overdue") {
    return (
      <li className="post system">
        <p className="by neg">
          No answer by <time dateTime={post.at}>{instantText(post.at)}</time>, when it was due: ignored.
        </p>
      </li>
    );
  }
  return (
    <li className={isOurs ? "post ours" : "post"}>
      <p className="by">
        <b>{speakerOf(post, brand)}</b> <LayerMark layer={post.layer} />{" "}
        <time dateTime={post.at}>{instantText(post.at)}</time>
      </p>
      {post.mail ? <MailSigns mail={post.mail} /> : null}
      {post.text === "" ? (
        <p className="hush">{post.verb}</p>
      ) : post.mail ? (
        <MailText post={post} />
      ) : (
        <p className="text">{post.text}</p>
      )}
      {post.mail ? <MailFiles post={post} mail={post.mail} /> : null}
      {isOurs || post.role === "automatic" ? null : <Judged post={post} acts={acts} />}
    </li>
  );
}

interface Because {
  rule: string;
  words: string;
  class: string;
}

/** What a post was taken for, by which words, and the way to say that it is something else. */
function Judged({ post, acts }: { post: ThreadPost; acts: ThreadActs }) {
  const because = post.because as unknown as Because[];
  return (
    <details className="judged">
      <summary>
        {post.class ?? "asks nothing"}
        {post.kind < 0 ? ", negative" : post.kind > 0 ? ", positive" : ""}
      </summary>
      {because.length === 0 ? (
        <p className="fine">By what was done ({post.verb}), not by its words.</p>
      ) : (
        <ul className="fine">
          {because.map((one) => (
            <li key={`${one.rule} ${one.words}`}>
              “{one.words}” speaks for {one.class} ({one.rule})
            </li>
          ))}
        </ul>
      )}
      <May right="answer">
        <label>
          It is rather{" "}
          <select
            aria-label="What it is"
            value={post.class ?? "none"}
            onChange={(event) => acts.correct.mutate({ post: post.key, class: event.target.value, kind: post.kind })}
          >
            {[...CLASSES, "none"].map((one) => (
              <option key={one} value={one}>
                {one === "none" ? "nothing asked" : one}
              </option>
            ))}
          </select>{" "}
          and{" "}
          <select
            aria-label="What it feels"
            value={post.kind}
            onChange={(event) =>
              acts.correct.mutate({ post: post.key, class: post.class ?? "none", kind: Number(event.target.value) })
            }
          >
            <option value={1}>positive</option>
            <option value={0}>neither</option>
            <option value={-1}>negative</option>
          </select>
        </label>
      </May>
      {acts.correct.isPending ? <Button size="compact-xs" loading variant="default" aria-label="Saving" /> : null}
    </details>
  );
}
