// Hanging something new: what there is to choose from, and what it takes.
import { Button, Menu, Modal } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { Problem, Waiting } from "../../components/states";
import { useAlbums, usePhotos } from "../api";
import { Picture } from "../picture";
import type { Content } from "../types";
import { EditContent } from "./edit";

type Kind = "text" | "photo" | "album" | "video" | "group";

const KINDS: { kind: Kind; label: string }[] = [
  { kind: "text", label: "A note" },
  { kind: "photo", label: "A photo" },
  { kind: "album", label: "An album" },
  { kind: "video", label: "A film" },
  { kind: "group", label: "A group" },
];

const BLANK = {
  text: { kind: "text", text: "" },
  video: { kind: "video", url: "", title: "" },
  group: { kind: "group", title: "", words: "", link: "" },
} as const satisfies Partial<Record<Kind, Content>>;

interface AddProps {
  onHang: (content: Content) => Promise<void>;
  isDisabled: boolean;
}

export function Add({ onHang, isDisabled }: AddProps) {
  const [kind, setKind] = useState<Kind | null>(null);
  const [error, setError] = useState<unknown>(null);
  const close = () => {
    setKind(null);
    setError(null);
  };
  const hang = (content: Content) => onHang(content).then(close, setError);
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button disabled={isDisabled}>Hang something</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {KINDS.map((one) => (
            <Menu.Item key={one.kind} onClick={() => setKind(one.kind)}>
              {one.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={kind !== null}
        onClose={close}
        title={KINDS.find((one) => one.kind === kind)?.label ?? ""}
        closeButtonProps={{ "aria-label": "Close" }}
        size="lg"
      >
        {error ? <Problem error={error} /> : null}
        {kind === "photo" ? <PickPhoto onPick={(photo) => hang({ kind: "photo", photo })} /> : null}
        {kind === "album" ? <PickAlbum onPick={(album) => hang({ kind: "album", album })} /> : null}
        {kind === "text" || kind === "video" || kind === "group" ? (
          <EditContent key={kind} content={BLANK[kind]} save="Hang it" onSave={hang} onCancel={close} />
        ) : null}
      </Modal>
    </>
  );
}

function PickPhoto({ onPick }: { onPick: (photo: string) => void }) {
  const photos = usePhotos();
  const all = photos.data?.pages.flatMap((part) => part.photos);
  if (!all) return photos.error ? <Problem error={photos.error} /> : <Waiting height={120} />;
  if (all.length === 0) {
    return (
      <p>
        You have no photos here yet. <Link to="/photos">Bring some.</Link>
      </p>
    );
  }
  return (
    <>
      <ul className="choices">
        {all.map((photo) => (
          <li key={photo.id}>
            <button type="button" onClick={() => onPick(photo.id)} aria-label={`Hang ${photo.alt || "this photo"}`}>
              <Picture photo={photo} sizes="160px" />
            </button>
          </li>
        ))}
      </ul>
      {photos.hasNextPage ? (
        <Button variant="default" onClick={() => photos.fetchNextPage()}>
          Older ones
        </Button>
      ) : null}
    </>
  );
}

function PickAlbum({ onPick }: { onPick: (album: string) => void }) {
  const { list } = useAlbums();
  if (!list.data) return list.error ? <Problem error={list.error} /> : <Waiting height={120} />;
  if (list.data.albums.length === 0) {
    return (
      <p>
        You have no albums yet. <Link to="/photos">Make one of your photos.</Link>
      </p>
    );
  }
  return (
    <ul className="plain">
      {list.data.albums.map((album) => (
        <li key={album.id}>
          <Button variant="default" onClick={() => onPick(album.id)}>
            <bdi>{album.title}</bdi>&nbsp;· {album.n_photos}
          </Button>
        </li>
      ))}
    </ul>
  );
}
