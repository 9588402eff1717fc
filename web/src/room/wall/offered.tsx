// What frames show that comes from offers: a brand's image with one's own words, a fact, an occasion.

import { OccasionCard } from "../occasion-card";
import { OfferedPicture } from "../offered-picture";
import { downloadOf } from "../offers-api";
import type { Content, Frame, RoomOccasion } from "../types";

export function Placement({
  frame,
  content,
  sizes,
}: {
  frame: Frame;
  content: Extract<Content, { kind: "placement" }>;
  sizes: string;
}) {
  const { placed } = frame;
  if (!placed) return <p className="words">{content.words}</p>;
  return (
    <figure>
      {placed.image ? (
        <OfferedPicture image={placed.image} sizes={sizes} />
      ) : (
        <p className="words">
          A picture of <bdi>{placed.brand.title}</bdi> hung here. What it came from has ended; your words stay.
        </p>
      )}
      <figcaption>
        {content.words ? <p dir="auto">{content.words}</p> : null}
        {frame.album ? (
          <p>
            leads to <bdi>{frame.album.title}</bdi>
          </p>
        ) : null}
        <p className="fine">
          <bdi>{placed.brand.title}</bdi> · <bdi>{placed.set_title}</bdi> · <bdi>{placed.rights}</bdi>
          {placed.image ? (
            <>
              {" "}
              ·{" "}
              <a href={downloadOf(frame.id)} download>
                keep a copy
              </a>
            </>
          ) : null}
        </p>
        {placed.next ? <OccasionCard invited={placed.next} /> : null}
      </figcaption>
    </figure>
  );
}

export function FactPlaque({ frame }: { frame: Frame }) {
  const { fact } = frame;
  if (!fact) return null;
  return (
    <div className="plaque">
      <p className="fine">
        My <bdi>{fact.label}</bdi>
      </p>
      <h2>
        {fact.link ? (
          <a href={fact.link} rel="noopener noreferrer nofollow ugc" target="_blank">
            <bdi>{fact.name}</bdi>
          </a>
        ) : (
          <bdi>{fact.name}</bdi>
        )}
      </h2>
      {fact.words ? <p dir="auto">{fact.words}</p> : null}
    </div>
  );
}

export function OccasionFrame({ frame }: { frame: Frame }) {
  const { occasion, next } = frame;
  if (!occasion) return null;
  return (
    <div>
      {occasion.answer === "attended" ? <Badge been={occasion} /> : <OccasionCard invited={occasion} />}
      {next ? (
        <div className="after">
          <p className="fine">What comes next</p>
          <OccasionCard invited={next} />
        </div>
      ) : null}
    </div>
  );
}

/** Where somebody was, who held it, and when. */
function Badge({ been }: { been: RoomOccasion }) {
  const { occasion } = been;
  const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: occasion.zone });
  return (
    <div className="plaque">
      <p className="fine">I was there</p>
      <h2>
        <bdi>{occasion.title}</bdi>
      </h2>
      <p>
        held by <bdi>{occasion.brand.title}</bdi>, <bdi>{occasion.place}</bdi>,{" "}
        <time dateTime={occasion.starts_at}>{when.format(new Date(occasion.starts_at))}</time>
      </p>
    </div>
  );
}
