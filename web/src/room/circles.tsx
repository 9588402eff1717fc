// People: who asks, in which circle somebody is, whom one asks, whom one blocks. Circles are changed by dragging people, or
// by choosing.
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Answer, Problem } from "../components/states";
import { CIRCLES, useAround, useFoundRooms, usePeople } from "./api";
import type { Acquaintance, Acquaintances } from "./types";

export function People({ handle }: { handle: string }) {
  const around = useAround();
  useEffect(() => {
    document.title = "People · Room";
  }, []);
  return (
    <>
      <h1>Who may come in.</h1>
      <p className="sub">The third circle is the closest. What is open to a circle is open to those that are closer.</p>
      <Answer query={around} what="your acquaintances could not be read">
        {(all) => (
          <>
            <Requests requests={all.requests} />
            <Circles all={all} handle={handle} />
            <Ask />
            <Blocked all={all} />
          </>
        )}
      </Answer>
    </>
  );
}

function Name({ who }: { who: Acquaintance["who"] }) {
  return (
    <a href={`/@${who.handle}`}>
      <bdi>{who.name}</bdi> <small>@{who.handle}</small>
    </a>
  );
}

function Requests({ requests }: { requests: Acquaintance[] }) {
  const { accept, part, block } = usePeople();
  if (requests.length === 0) return null;
  return (
    <section aria-labelledby="requests">
      <h2 id="requests" className="part">
        {requests.length === 1 ? "One knocks at your door" : `${requests.length} knock at your door`}
      </h2>
      <ul className="rows">
        {requests.map((one) => (
          <li key={one.who.handle}>
            <div>
              <Name who={one.who} />
              {one.words ? (
                <p className="said" dir="auto">
                  {one.words}
                </p>
              ) : null}
            </div>
            <div className="row">
              {CIRCLES.map((circle) => (
                <Button
                  key={circle.n}
                  size="compact-md"
                  variant={circle.n === 1 ? "filled" : "default"}
                  onClick={() => accept.mutate({ handle: one.who.handle, circle: circle.n })}
                  aria-label={`Accept ${one.who.name} into circle ${circle.n}`}
                >
                  Circle {circle.n}
                </Button>
              ))}
              <Button size="compact-md" variant="subtle" onClick={() => part.mutate(one.who.handle)}>
                Decline
              </Button>
              <Button size="compact-md" variant="subtle" onClick={() => block.mutate(one.who.handle)}>
                Block
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {accept.error ? <Problem error={accept.error} /> : null}
    </section>
  );
}

function Circles({ all, handle }: { all: Acquaintances; handle: string }) {
  const { accept, part, block } = usePeople();
  const [held, setHeld] = useState<string | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const place = useRef<{ held: string | null; over: number | null }>({ held, over });
  place.current = { held, over };
  const move = accept.mutate;
  useEffect(() => {
    if (held === null) return;
    const find = (event: PointerEvent) => {
      if (!event.isPrimary) return;
      const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-circle]");
      setOver(under ? Number(under.getAttribute("data-circle")) : null);
    };
    const drop = (event: PointerEvent) => {
      if (!event.isPrimary) return;
      const { held, over } = event.type === "pointerup" ? place.current : { held: null, over: null };
      const was = all.acquainted.find((one) => one.who.handle === held)?.circle;
      if (held !== null && over !== null && over !== was) move({ handle: held, circle: over });
      setHeld(null);
      setOver(null);
    };
    window.addEventListener("pointermove", find);
    window.addEventListener("pointerup", drop);
    window.addEventListener("pointercancel", drop);
    return () => {
      window.removeEventListener("pointermove", find);
      window.removeEventListener("pointerup", drop);
      window.removeEventListener("pointercancel", drop);
    };
  }, [held, all, move]);
  return (
    <section aria-labelledby="circles">
      <h2 id="circles" className="part">
        Your circles
      </h2>
      {all.acquainted.length === 0 ? <p className="bare">You know nobody here yet. Ask somebody, below.</p> : null}
      <div className="circles">
        {CIRCLES.map((circle) => {
          const members = all.acquainted.filter((one) => one.circle === circle.n);
          return (
            <fieldset
              key={circle.n}
              className={over === circle.n && held !== null ? "circle is-over" : "circle"}
              data-circle={circle.n}
              aria-label={circle.label}
            >
              <h3>{circle.label}</h3>
              <ul className="rows">
                {members.map((one) => (
                  <li key={one.who.handle} className={held === one.who.handle ? "is-held" : undefined}>
                    <span
                      className="grip"
                      aria-hidden="true"
                      onPointerDown={(event) => {
                        if (event.button === 0 && event.isPrimary) setHeld(one.who.handle);
                      }}
                    >
                      ⠿
                    </span>
                    <Name who={one.who} />
                    <div className="row">
                      <select
                        aria-label={`Circle of ${one.who.name}`}
                        value={one.circle ?? 1}
                        onChange={(event) =>
                          move({ handle: one.who.handle, circle: Number(event.currentTarget.value) })
                        }
                      >
                        {CIRCLES.map((other) => (
                          <option key={other.n} value={other.n}>
                            Circle {other.n}
                          </option>
                        ))}
                      </select>
                      <a className="fine" href={`/@${handle}?as=${one.who.handle}`}>
                        My room, seen by them
                      </a>
                      <Button size="compact-sm" variant="subtle" onClick={() => part.mutate(one.who.handle)}>
                        Part
                      </Button>
                      <Button size="compact-sm" variant="subtle" onClick={() => block.mutate(one.who.handle)}>
                        Block
                      </Button>
                    </div>
                  </li>
                ))}
              </ul>
            </fieldset>
          );
        })}
      </div>
      {accept.error ? <Problem error={accept.error} /> : null}
    </section>
  );
}

function Ask() {
  const { ask } = usePeople();
  const [handle, setHandle] = useState("");
  const [words, setWords] = useState("");
  const found = useFoundRooms(handle);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate({ handle, circle: 1, words });
  };
  return (
    <section aria-labelledby="ask">
      <h2 id="ask" className="part">
        Ask somebody
      </h2>
      {ask.isSuccess ? (
        <p role="status">
          You knocked at <b>@{handle}</b>. If somebody lives there, they decide whether to open.{" "}
          <Button size="compact-sm" variant="subtle" onClick={() => ask.reset()}>
            Ask somebody else
          </Button>
        </p>
      ) : (
        <form onSubmit={submit} className="sheet">
          <TextInput
            label="Handle"
            leftSection="@"
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            value={handle}
            onChange={(event) => setHandle(event.currentTarget.value.trim().replace(/^@/, ""))}
            list="found-rooms"
            required
          />
          <datalist id="found-rooms">
            {found.data?.rooms.map((room) => (
              <option key={room.handle} value={room.handle}>
                {room.name}
              </option>
            ))}
          </datalist>
          <TextInput
            label="Who you are"
            description="They read it when they decide."
            dir="auto"
            maxLength={200}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
          {ask.error ? <Problem error={ask.error} /> : null}
          <div>
            <Button type="submit" loading={ask.isPending}>
              Knock
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}

function Blocked({ all }: { all: Acquaintances }) {
  const { unblock } = usePeople();
  if (all.blocked.length === 0) return null;
  return (
    <section aria-labelledby="blocked">
      <h2 id="blocked" className="part">
        Blocked
      </h2>
      <p className="fine">To them your room is closed, as to a stranger; nothing tells them why.</p>
      <ul className="rows">
        {all.blocked.map((who) => (
          <li key={who.handle}>
            <span>
              <bdi>{who.name}</bdi> <small>@{who.handle}</small>
            </span>
            <Button size="compact-sm" variant="default" onClick={() => unblock.mutate(who.handle)}>
              Take the block back
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
