// Arranging, without a screen: where a frame comes to hang, and what takes a change back.
import type { Frame, FrameChange } from "../types";

/** The frames with one of them moved to another place. */
export function moved<T extends { id: string }>(frames: T[], id: string, to: number): T[] {
  const frame = frames.find((one) => one.id === id);
  if (!frame) return frames;
  const others = frames.filter((one) => one.id !== id);
  const place = Math.max(0, Math.min(to, others.length));
  return [...others.slice(0, place), frame, ...others.slice(place)];
}

/** After which frame a frame hangs; the empty text for the beginning. */
export function before(frames: { id: string }[], id: string): string {
  const at = frames.findIndex((one) => one.id === id);
  return frames[at - 1]?.id ?? "";
}

/** The frames as they look once a change is made; one that is taken down is gone. */
export function changed(frames: Frame[], change: FrameChange): Frame[] {
  if (change.hangs === false) return frames.filter((one) => one.id !== change.frame);
  const { content, size, door } = change;
  const laid = frames.map((one) =>
    one.id === change.frame
      ? { ...one, content: content ?? one.content, size: size ?? one.size, door: door ?? one.door }
      : one,
  );
  if (change.after === undefined || change.after === change.frame) return laid;
  const others = laid.filter((one) => one.id !== change.frame);
  const place = change.after === "" ? 0 : others.findIndex((one) => one.id === change.after) + 1;
  return moved(laid, change.frame, place);
}

/** What takes a change back, said before it is made. */
export function inverse(frames: Frame[], change: FrameChange): FrameChange {
  const frame = frames.find((one) => one.id === change.frame);
  const back: FrameChange = { frame: change.frame };
  if (!frame) return back;
  if (change.content !== undefined) back.content = frame.content;
  if (change.size !== undefined) back.size = frame.size;
  if (change.door !== undefined && frame.door !== null) back.door = frame.door;
  if (change.after !== undefined) back.after = before(frames, change.frame);
  if (change.hangs !== undefined) back.hangs = !change.hangs;
  return back;
}
