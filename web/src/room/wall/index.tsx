// The wall as its owner arranges it: by dragging, by touch and by keyboard; each change is saved as it is made, and can be
// taken back.
import { Button } from "@mantine/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { Answer, Problem } from "../../components/states";
import { DOORS, useArranging, useWall } from "../api";
import { useOnline } from "../app";
import type { Content, Frame, FrameChange, OwnRoom } from "../types";
import { Add } from "./add";
import { before, changed, inverse, moved } from "./arrange";
import { FrameCard } from "./frame";

/** Most changes that can be taken back. */
const MOST_UNDO = 100;

/** A frame that somebody is carrying. */
interface Held {
  id: string;
  /** After which frame it hung. */
  from: string;
  frames: Frame[];
}

export function WallPage({ me, handle }: { me: OwnRoom; handle: string }) {
  const wall = useWall(handle);
  useEffect(() => {
    document.title = "Wall · Room";
  }, []);
  return (
    <>
      <h1>
        <bdi>{me.name}</bdi>’s wall
      </h1>
      <DoorLine me={me} handle={handle} />
      <Answer query={wall} what="the wall could not be read">
        {(parts) => (
          <Arranged
            frames={parts.pages.flatMap((part) => part.frames)}
            n={parts.pages.at(-1)?.n_frames ?? 0}
            more={
              wall.hasNextPage ? (
                <Button variant="default" onClick={() => wall.fetchNextPage()} loading={wall.isFetchingNextPage}>
                  Further along the wall
                </Button>
              ) : null
            }
          />
        )}
      </Answer>
    </>
  );
}

function DoorLine({ me, handle }: { me: OwnRoom; handle: string }) {
  const door = DOORS.find((one) => one.value === me.door);
  return (
    <p className="sub">
      The door lets in: <b>{door?.short.toLowerCase()}</b>. See it{" "}
      <a href={`/@${handle}?as=passer_by`}>as a passer-by</a>.
    </p>
  );
}

/** What was done, for whoever hears the page. */
function useNews(): [string, (text: string) => void] {
  const [news, setNews] = useState("");
  // The same words twice are news twice.
  const tell = useCallback((text: string) => setNews((last) => (last === text ? `${text}\u00a0` : text)), []);
  return [news, tell];
}

function useUndo(frames: Frame[], tell: (text: string) => void) {
  const { change, show } = useArranging();
  const [undo, setUndo] = useState<FrameChange[]>([]);
  const make = (one: FrameChange) => {
    show((all) => changed(all, one));
    change.mutate([one]);
  };
  const save = (one: FrameChange, words: string) => {
    setUndo((all) => [...all.slice(1 - MOST_UNDO), inverse(frames, one)]);
    make(one);
    tell(words);
  };
  const takeBack = () => {
    const last = undo.at(-1);
    if (!last) return;
    setUndo(undo.slice(0, -1));
    make(last);
    tell("Taken back.");
  };
  return { save, takeBack, canUndo: undo.length > 0, error: change.error };
}

function Arranged({ frames, n, more }: { frames: Frame[]; n: number; more: React.ReactNode }) {
  const { hang } = useArranging();
  const isOnline = useOnline();
  const [news, tell] = useNews();
  const { save, takeBack, canUndo, error } = useUndo(frames, tell);
  const [held, setHeld] = useState<Held | null>(null);
  const shown = held?.frames ?? frames;

  const drop = () => {
    if (!held) return;
    const after = before(held.frames, held.id);
    setHeld(null);
    if (after !== held.from) save({ frame: held.id, after }, `Hung at place ${place(held)} of ${n}.`);
  };
  const carry = (to: number) => {
    setHeld((now) => (now ? { ...now, frames: moved(now.frames, now.id, to) } : now));
  };
  const pick = (id: string) => setHeld({ id, from: before(frames, id), frames });
  useKeys(takeBack);
  useDragging(held, { carry, drop, let_go: () => setHeld(null) });

  const onKey = (id: string, key: string): boolean => {
    const at = shown.findIndex((one) => one.id === id);
    if (key === "Enter" || key === " ") {
      if (held) drop();
      else {
        pick(id);
        tell(`Picked up, at place ${at + 1} of ${n}. Move it with the arrow keys, hang it with Enter.`);
      }
      return true;
    }
    if (!held) return false;
    if (key === "Escape") {
      setHeld(null);
      tell("Left where it was.");
      return true;
    }
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[key];
    const to = key === "Home" ? 0 : key === "End" ? shown.length - 1 : step === undefined ? undefined : at + step;
    if (to === undefined) return false;
    carry(to);
    tell(`Place ${Math.max(1, Math.min(shown.length, to + 1))} of ${n}.`);
    return true;
  };
  const add = (content: Content) => hang.mutateAsync(content).then(() => tell("Hung at the beginning of the wall."));

  return (
    <>
      <div className="bar">
        <Add onHang={add} isDisabled={!isOnline} />
        <Button variant="default" onClick={takeBack} disabled={!canUndo || !isOnline}>
          Undo
        </Button>
        <span className="fine">
          {n} {n === 1 ? "frame" : "frames"}
        </span>
      </div>
      {error ? <Problem what="the wall could not be saved" error={error} /> : null}
      <p className="unseen" aria-live="assertive">
        {news}
      </p>
      {shown.length === 0 ? (
        <p className="bare">Nothing hangs here yet. Hang a note, a photo, an album: it is yours to furnish.</p>
      ) : (
        <ol className={held ? "wall is-arranging" : "wall"}>
          {shown.map((frame, at) => (
            <FrameCard
              key={frame.id}
              frame={frame}
              place={`${at + 1} of ${n}`}
              isHeld={held?.id === frame.id}
              isLocked={!isOnline}
              onPick={() => pick(frame.id)}
              onKey={(key) => onKey(frame.id, key)}
              onBlur={() => (held?.id === frame.id ? drop() : undefined)}
              onChange={(change, words) => save({ ...change, frame: frame.id }, words)}
            />
          ))}
        </ol>
      )}
      {more ? <p className="more">{more}</p> : null}
    </>
  );
}

function place(held: Held): number {
  return held.frames.findIndex((one) => one.id === held.id) + 1;
}

/** Ctrl or Cmd with Z takes back, where nobody is writing. */
function useKeys(takeBack: () => void) {
  const latest = useRef(takeBack);
  latest.current = takeBack;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isWriting = event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
      if (isWriting || event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

interface Hands {
  carry: (to: number) => void;
  drop: () => void;
  let_go: () => void;
}

/** Pixels from the upper and lower edge within which the page moves on under a frame that is carried, and how far at once. */
const EDGE = 64;
const STEP = 12;

/** While a frame is dragged it goes where the pointer is, and hangs where it is let go; at an edge the page moves on. A
second finger changes nothing. */
function useDragging(held: Held | null, hands: Hands) {
  const latest = useRef({ held, hands });
  latest.current = { held, hands };
  const isHeld = held !== null;
  useEffect(() => {
    if (!isHeld) return;
    let at: { x: number; y: number } | null = null;
    let next = 0;
    const carry = () => {
      const { held, hands } = latest.current;
      const under = at ? document.elementFromPoint(at.x, at.y)?.closest("[data-frame]") : null;
      const id = under?.getAttribute("data-frame");
      if (held && id && id !== held.id) hands.carry(held.frames.findIndex((one) => one.id === id));
    };
    const move = () => {
      next = 0;
      const step = !at ? 0 : at.y < EDGE ? -STEP : window.innerHeight - EDGE < at.y ? STEP : 0;
      const was = window.scrollY;
      if (step !== 0) window.scrollBy({ top: step, behavior: "instant" });
      if (window.scrollY === was) return;
      carry();
      next = requestAnimationFrame(move);
    };
    const over = (event: PointerEvent) => {
      if (!event.isPrimary || event.buttons === 0) return;
      at = { x: event.clientX, y: event.clientY };
      carry();
      if (next === 0) next = requestAnimationFrame(move);
    };
    const up = (event: PointerEvent) => {
      if (event.isPrimary) latest.current.hands.drop();
    };
    const cancel = (event: PointerEvent) => {
      if (event.isPrimary) latest.current.hands.let_go();
    };
    window.addEventListener("pointermove", over);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", cancel);
    return () => {
      cancelAnimationFrame(next);
      window.removeEventListener("pointermove", over);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", cancel);
    };
  }, [isHeld]);
}
