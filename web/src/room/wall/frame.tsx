// A frame with what can be done about it: carried, resized, opened to others, changed, taken down.
import { useState } from "react";
import { DOORS } from "../api";
import { Picture } from "../picture";
import { TaggedPicture, TagList } from "../tags";
import type { Content, Door, Frame, FrameChange } from "../types";
import { EditContent } from "./edit";
import { FactPlaque, OccasionFrame, Placement } from "./offered";

interface FrameCardProps {
  frame: Frame;
  /** Such as "2 of 7". */
  place: string;
  isHeld: boolean;
  isLocked: boolean;
  onPick: () => void;
  /** Returns whether the key was for the frame. */
  onKey: (key: string) => boolean;
  onBlur: () => void;
  onChange: (change: Omit<FrameChange, "frame">, words: string) => void;
}

const SIZES = ["small", "middle", "large"];
const WIDTHS = ["(max-width: 620px) 92vw, 360px", "(max-width: 960px) 92vw, 560px", "(max-width: 960px) 92vw, 760px"];

/** What a frame is called, for whoever hears the page. */
export function nameOf(frame: Frame): string {
  const { content } = frame;
  switch (content.kind) {
    case "photo":
      return `photo ${frame.photo?.caption || frame.photo?.alt || ""}`;
    case "album":
      return `album ${frame.album?.title ?? ""}`;
    case "text":
      return `note “${content.text.slice(0, 40)}”`;
    case "video":
      return `film ${content.title}`;
    case "group":
      return `group ${content.title}`;
    case "placement":
      return `picture of ${frame.placed?.brand.title ?? "a brand"}`;
    case "fact":
      return frame.fact ? `fact, my ${frame.fact.label}` : "something of mine";
    case "occasion":
      return `${frame.occasion?.answer === "attended" ? "badge" : "occasion"} ${frame.occasion?.occasion.title ?? ""}`;
  }
}

export function FrameCard(props: FrameCardProps) {
  const { frame, place, isHeld, isLocked, onPick, onKey, onBlur, onChange } = props;
  const [isEditing, setEditing] = useState(false);
  const name = nameOf(frame);
  const isEditable = ["text", "video", "group", "placement"].includes(frame.content.kind);
  return (
    <li className={`frame s${frame.size} ${frame.content.kind}${isHeld ? " is-held" : ""}`} data-frame={frame.id}>
      {isEditing ? (
        <EditContent
          content={frame.content}
          onSave={(content) => {
            setEditing(false);
            onChange({ content }, "Changed.");
          }}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <Inside frame={frame} />
      )}
      <fieldset className="tools" aria-label={name}>
        <button
          type="button"
          className="grip"
          aria-label={`Move ${name}, at place ${place}`}
          aria-pressed={isHeld}
          disabled={isLocked}
          onPointerDown={(event) => {
            if (event.button === 0 && event.isPrimary) onPick();
          }}
          onKeyDown={(event) => {
            if (onKey(event.key)) event.preventDefault();
          }}
          onBlur={onBlur}
        >
          <span aria-hidden="true">⠿</span>
        </button>
        <fieldset className="sizes" aria-label="Size">
          {SIZES.map((size, at) => (
            <button
              key={size}
              type="button"
              aria-pressed={frame.size === at + 1}
              aria-label={size}
              disabled={isLocked}
              onClick={() => onChange({ size: at + 1 }, `Now ${size}.`)}
            >
              <span aria-hidden="true" className={`size z${at + 1}`} />
            </button>
          ))}
        </fieldset>
        <DoorSelect
          label={`Who sees ${name}`}
          value={frame.door ?? "only_me"}
          isLocked={isLocked}
          onChange={(door) => onChange({ door }, "The door is set.")}
        />
        {isEditable ? (
          <button type="button" disabled={isLocked || isEditing} onClick={() => setEditing(true)}>
            Edit
          </button>
        ) : null}
        <button
          type="button"
          disabled={isLocked}
          aria-label={`Take down ${name}`}
          onClick={() => onChange({ hangs: false }, "Taken down. Undo hangs it again.")}
        >
          Take down
        </button>
      </fieldset>
    </li>
  );
}

interface DoorSelectProps {
  label: string;
  value: Door;
  isLocked?: boolean;
  onChange: (door: Door) => void;
}

/** Whom something lets in. The room's own door comes first, so a frame is never more open than the room. */
export function DoorSelect({ label, value, isLocked, onChange }: DoorSelectProps) {
  return (
    <select
      aria-label={label}
      value={value}
      disabled={isLocked}
      onChange={(event) => onChange(event.currentTarget.value as Door)}
    >
      {DOORS.map((door) => (
        <option key={door.value} value={door.value}>
          {door.value === "passers_by" ? "Whom the room lets in" : door.short}
        </option>
      ))}
    </select>
  );
}

function Inside({ frame }: { frame: Frame }) {
  const { content } = frame;
  switch (content.kind) {
    case "photo":
      return frame.photo ? (
        <figure>
          <TaggedPicture photo={frame.photo} sizes={WIDTHS[frame.size - 1] ?? ""} />
          <TagList tags={frame.photo.tags} />
          {frame.photo.caption ? <figcaption dir="auto">{frame.photo.caption}</figcaption> : null}
          {frame.photo.alt ? null : (
            <p className="fine">Nobody has said what is to be seen on it; say it under Photos.</p>
          )}
        </figure>
      ) : null;
    case "album":
      return frame.album ? (
        <figure>
          <span className={`pile n${Math.min(4, frame.album.photos.length)}`}>
            {frame.album.photos.slice(0, 4).map((photo) => (
              <Picture key={photo.id} photo={photo} sizes="240px" />
            ))}
          </span>
          <figcaption>
            <bdi>{frame.album.title}</bdi> · {frame.album.n_photos} {frame.album.n_photos === 1 ? "photo" : "photos"}
          </figcaption>
        </figure>
      ) : null;
    case "text":
      return (
        <p className="words" dir="auto">
          {content.text}
        </p>
      );
    case "video":
      return <Film content={content} />;
    case "group":
      return (
        <div className="plaque">
          <p className="fine">A group I am in</p>
          <h2>
            {content.link ? (
              <a href={content.link} rel="noopener noreferrer nofollow ugc" target="_blank">
                <bdi>{content.title}</bdi>
              </a>
            ) : (
              <bdi>{content.title}</bdi>
            )}
          </h2>
          {content.words ? <p dir="auto">{content.words}</p> : null}
        </div>
      );
    case "placement":
      return <Placement frame={frame} content={content} sizes={WIDTHS[frame.size - 1] ?? ""} />;
    case "fact":
      return <FactPlaque frame={frame} />;
    case "occasion":
      return <OccasionFrame frame={frame} />;
  }
}

function Film({ content }: { content: Extract<Content, { kind: "video" }> }) {
  return (
    <a className="film" href={content.url} rel="noopener noreferrer nofollow ugc" target="_blank">
      <span className="play" aria-hidden="true" />
      <bdi>{content.title}</bdi>
      <small>a film at {new URL(content.url).host}</small>
    </a>
  );
}
