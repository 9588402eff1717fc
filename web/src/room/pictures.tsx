// Photos and albums: bringing them, saying what is to be seen on them and for whom they are, putting them together.
import { Button, Checkbox, Modal, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Answer, Problem } from "../components/states";
import { useAlbums, usePhotos, usePictures } from "./api";
import { useOnline } from "./app";
import { Picture } from "./picture";
import { Tags } from "./tags";
import type { Door, RoomAlbum, RoomPhoto } from "./types";
import { DoorSelect } from "./wall/frame";

export function Photos() {
  const photos = usePhotos();
  const isOnline = useOnline();
  const [chosen, setChosen] = useState<RoomPhoto | null>(null);
  useEffect(() => {
    document.title = "Photos · Room";
  }, []);
  return (
    <>
      <h1>Your photos.</h1>
      <p className="sub">Where and with what a photo was taken is left behind when it comes in.</p>
      {isOnline ? <Bring /> : null}
      <Answer query={photos} what="the photos could not be read">
        {(parts) => {
          const all = parts.pages.flatMap((part) => part.photos);
          return (
            <>
              {all.length === 0 ? <p className="bare">There are none yet.</p> : null}
              <ul className="choices">
                {all.map((photo) => (
                  <li key={photo.id}>
                    <button
                      type="button"
                      onClick={() => setChosen(photo)}
                      aria-label={`Open ${photo.alt || "a photo"}`}
                    >
                      <Picture photo={photo} sizes="160px" />
                    </button>
                    {photo.alt ? null : <span className="tag">no words yet</span>}
                    {photo.is_child ? <span className="tag">shows a child</span> : null}
                  </li>
                ))}
              </ul>
              {photos.hasNextPage ? (
                <Button variant="default" onClick={() => photos.fetchNextPage()} loading={photos.isFetchingNextPage}>
                  Older ones
                </Button>
              ) : null}
              <Albums photos={all} />
            </>
          );
        }}
      </Answer>
      <Modal
        opened={chosen !== null}
        onClose={() => setChosen(null)}
        title="Photo"
        size="lg"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {chosen ? (
          <>
            <EditPhoto key={chosen.id} photo={chosen} onDone={() => setChosen(null)} />
            <Tags
              photo={photos.data?.pages.flatMap((part) => part.photos).find((one) => one.id === chosen.id) ?? chosen}
            />
          </>
        ) : null}
      </Modal>
    </>
  );
}

/** Choosing files, and saying of each what is to be seen on it before it goes. */
function Bring() {
  const { add } = usePictures();
  const [files, setFiles] = useState<File[]>([]);
  const input = useRef<HTMLInputElement>(null);
  const file = files[0];
  const next = () => {
    setFiles(files.slice(1));
    add.reset();
  };
  return (
    <>
      <input
        ref={input}
        className="unseen"
        type="file"
        aria-label="Photos to bring"
        tabIndex={-1}
        accept="image/jpeg,image/png,image/webp"
        multiple
        onChange={(event) => {
          setFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <p>
        <Button onClick={() => input.current?.click()}>Bring photos</Button>
      </p>
      <Modal
        opened={file !== undefined}
        onClose={() => setFiles([])}
        title={files.length > 1 ? `${files.length} photos to bring` : "A photo to bring"}
        size="lg"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {file ? (
          <BringOne
            key={`${file.name} ${files.length}`}
            file={file}
            isSending={add.isPending}
            error={add.error}
            onSend={(alt, isChild) => add.mutate({ file, alt, isChild }, { onSuccess: next })}
            onSkip={next}
          />
        ) : null}
      </Modal>
    </>
  );
}

interface BringOneProps {
  file: File;
  isSending: boolean;
  error: unknown;
  onSend: (alt: string, isChild: boolean) => void;
  onSkip: () => void;
}

function BringOne({ file, isSending, error, onSend, onSkip }: BringOneProps) {
  const [alt, setAlt] = useState("");
  const [isChild, setChild] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSend(alt, isChild);
  };
  return (
    <form onSubmit={submit} className="sheet">
      <p className="fine">
        <bdi>{file.name}</bdi>
      </p>
      <Textarea
        label="What is to be seen on it?"
        description="For whoever cannot see it; one sentence is enough."
        dir="auto"
        autosize
        minRows={2}
        maxLength={1000}
        value={alt}
        onChange={(event) => setAlt(event.currentTarget.value)}
        data-autofocus
      />
      <Checkbox
        label="It shows a child"
        description="Then only you see it, unless you say otherwise, and nobody can ever pay for it."
        checked={isChild}
        onChange={(event) => setChild(event.currentTarget.checked)}
      />
      {error ? <Problem error={error} /> : null}
      <div className="row">
        <Button type="submit" loading={isSending}>
          {alt.trim() === "" ? "Bring it without words" : "Bring it"}
        </Button>
        <Button variant="subtle" onClick={onSkip} disabled={isSending}>
          Leave it
        </Button>
      </div>
    </form>
  );
}

function EditPhoto({ photo, onDone }: { photo: RoomPhoto; onDone: () => void }) {
  const { change, remove } = usePictures();
  const isOnline = useOnline();
  const [alt, setAlt] = useState(photo.alt);
  const [caption, setCaption] = useState(photo.caption);
  const [isChild, setChild] = useState(photo.is_child ?? false);
  const [door, setDoor] = useState<Door>(photo.door ?? "only_me");
  const [isSure, setSure] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // What turns out to show a child becomes private, unless its owner says at the same time whom it is for.
    const becomesChild = isChild && !photo.is_child;
    const said = becomesChild && door === photo.door ? null : door;
    change.mutate({ id: photo.id, photo: { alt, caption, is_child: isChild, door: said } }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit} className="sheet">
      <Picture photo={photo} sizes="560px" />
      <Textarea
        label="What is to be seen on it?"
        dir="auto"
        autosize
        maxLength={1000}
        value={alt}
        onChange={(event) => setAlt(event.currentTarget.value)}
        data-autofocus
      />
      <Textarea
        label="Words beneath it"
        dir="auto"
        autosize
        maxLength={1000}
        value={caption}
        onChange={(event) => setCaption(event.currentTarget.value)}
      />
      <Checkbox
        label="It shows a child"
        checked={isChild}
        onChange={(event) => setChild(event.currentTarget.checked)}
      />
      <p className="labelled">
        Who sees it <DoorSelect label="Who sees this photo" value={door} onChange={setDoor} />
      </p>
      {change.error || remove.error ? <Problem error={change.error ?? remove.error} /> : null}
      <div className="row">
        <Button type="submit" loading={change.isPending} disabled={!isOnline}>
          Save
        </Button>
        {isSure ? (
          <Button color="red" onClick={() => remove.mutate(photo.id, { onSuccess: onDone })} loading={remove.isPending}>
            Delete it, wherever it hangs
          </Button>
        ) : (
          <Button variant="subtle" onClick={() => setSure(true)} disabled={!isOnline}>
            Delete …
          </Button>
        )}
      </div>
    </form>
  );
}

function Albums({ photos }: { photos: RoomPhoto[] }) {
  const { list } = useAlbums();
  const [chosen, setChosen] = useState<RoomAlbum | "new" | null>(null);
  return (
    <section aria-labelledby="albums">
      <h2 id="albums" className="part">
        Albums
      </h2>
      <Answer query={list} what="the albums could not be read" height={80}>
        {({ albums }) => (
          <ul className="plain">
            {albums.map((album) => (
              <li key={album.id}>
                <Button variant="default" onClick={() => setChosen(album)}>
                  <bdi>{album.title}</bdi>&nbsp;· {album.n_photos}
                </Button>
              </li>
            ))}
            <li>
              <Button variant="subtle" onClick={() => setChosen("new")} disabled={photos.length === 0}>
                A new album
              </Button>
            </li>
          </ul>
        )}
      </Answer>
      <Modal
        opened={chosen !== null}
        onClose={() => setChosen(null)}
        title="Album"
        size="lg"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {chosen !== null ? (
          <EditAlbum album={chosen === "new" ? null : chosen} photos={photos} onDone={() => setChosen(null)} />
        ) : null}
      </Modal>
    </section>
  );
}

interface EditAlbumProps {
  album: RoomAlbum | null;
  photos: RoomPhoto[];
  onDone: () => void;
}

function EditAlbum({ album, photos, onDone }: EditAlbumProps) {
  const { put, remove } = useAlbums();
  const [title, setTitle] = useState(album?.title ?? "");
  const [door, setDoor] = useState<Door>(album?.door ?? "passers_by");
  const [inside, setInside] = useState<string[]>(album?.photos.map((photo) => photo.id) ?? []);
  const known = [...(album?.photos ?? []), ...photos.filter((one) => !album?.photos.some((two) => two.id === one.id))];
  const toggle = (id: string) => setInside(inside.includes(id) ? inside.filter((one) => one !== id) : [...inside, id]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate({ id: album?.id, album: { title, door, photos: inside } }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit} className="sheet">
      <TextInput
        label="Title"
        dir="auto"
        maxLength={120}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        required
        data-autofocus
      />
      <p className="labelled">
        Who sees it <DoorSelect label="Who sees this album" value={door} onChange={setDoor} />
      </p>
      <fieldset>
        <legend>Photos, in the order in which they are chosen</legend>
        <ul className="choices small">
          {known.map((photo) => (
            <li key={photo.id}>
              <button
                type="button"
                aria-pressed={inside.includes(photo.id)}
                aria-label={photo.alt || "a photo"}
                onClick={() => toggle(photo.id)}
              >
                <Picture photo={photo} sizes="110px" />
                {inside.includes(photo.id) ? <span className="nth">{inside.indexOf(photo.id) + 1}</span> : null}
              </button>
            </li>
          ))}
        </ul>
      </fieldset>
      {put.error || remove.error ? <Problem error={put.error ?? remove.error} /> : null}
      <div className="row">
        <Button type="submit" loading={put.isPending}>
          Save
        </Button>
        {album ? (
          <Button variant="subtle" onClick={() => remove.mutate(album.id, { onSuccess: onDone })}>
            Remove the album, keep its photos
          </Button>
        ) : null}
      </div>
    </form>
  );
}
