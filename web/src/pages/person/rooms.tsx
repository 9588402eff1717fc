// A person's room, as whoever passes by sees it. Of a room whose door is closed the server tells nothing, and so does this.
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { PersonName, PersonRooms, RoomFrame, RoomWall } from "../../api/types";
import { Part } from "../../components/part";
import { counted } from "../../format";

export function Rooms({ person }: { person: PersonName }) {
  const rooms = useQuery({
    queryKey: ["person-rooms", person],
    queryFn: ({ signal }) => api.get<PersonRooms>(`/people/${encodeURIComponent(person)}/rooms`, undefined, signal),
  });
  return rooms.data?.rooms.map((wall) => <RoomPart key={wall.room.handle} wall={wall} />);
}

function RoomPart({ wall }: { wall: RoomWall }) {
  const { room, frames, n_frames } = wall;
  const more = n_frames - frames.length;
  return (
    <Part title="Their room" does="as a passer-by sees it">
      <p>
        <a className="link" href={`/@${room.handle}`} target="_blank" rel="noopener">
          <bdi>{room.name}</bdi>
        </a>{" "}
        <span className="fine">
          @{room.handle}
          {room.town ? (
            <>
              {" "}
              · <bdi>{room.town}</bdi>
            </>
          ) : null}
        </span>
      </p>
      {frames.length === 0 ? (
        <p className="fine">Nothing hangs there that everybody may see.</p>
      ) : (
        <ul className="hangs" aria-label="What hangs there">
          {frames.map((frame) => (
            <li key={frame.id}>
              <Hung frame={frame} />
            </li>
          ))}
        </ul>
      )}
      {more > 0 ? <p className="fine">and {counted(more, "frame", "frames")} more</p> : null}
    </Part>
  );
}

function Hung({ frame }: { frame: RoomFrame }) {
  const image = frame.photo?.image ?? frame.placed?.image?.image ?? frame.album?.photos[0]?.image;
  const source = image?.sources[0];
  return (
    <>
      {source ? <img src={source.url} width={44} height={44} alt="" loading="lazy" /> : null}
      <bdi>{wordsOf(frame)}</bdi>
    </>
  );
}

/** What a frame is, in a few words. */
export function wordsOf(frame: RoomFrame): string {
  const content = frame.content as unknown as { kind: string; text?: string; title?: string; words?: string };
  const { photo, album, placed, fact, occasion } = frame;
  if (photo) return photo.caption || photo.alt || "a photo";
  if (placed)
    return [`a picture of ${placed.brand.title}`, content.words ?? ""].filter((text) => text !== "").join(": ");
  if (album) return `${album.title}, ${counted(album.n_photos, "photo", "photos")}`;
  if (fact) return `my ${fact.label}: ${fact.name}`;
  if (occasion) return `${occasion.answer === "attended" ? "was at " : ""}${occasion.occasion.title}`;
  return content.text ?? content.title ?? "";
}
