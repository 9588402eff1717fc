// Offers: sets of brands to hang an image of, and what takes place near; nothing of it comes to the wall by itself.
import { Button, Modal, NativeSelect, Textarea } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { Answer, Problem } from "../components/states";
import { useAlbums } from "./api";
import { OccasionCard } from "./occasion-card";
import { OfferedPicture } from "./offered-picture";
import { useComing, useOfferActs, useOffers } from "./offers-api";
import type { OfferImage, RoomOffer } from "./types";

export function Offers() {
  const offers = useOffers();
  const { unblock } = useOfferActs();
  useEffect(() => {
    document.title = "Offers · Room";
  }, []);
  return (
    <>
      <h1>What brands offer.</h1>
      <p className="sub">
        Choose a picture and it hangs on your wall, with your own words beneath. Nothing of a brand comes there unless
        you hang it, and it goes when you take it down.
      </p>
      <Answer query={offers} what="The offers could not be read.">
        {(data) => (
          <>
            {data.offers.length === 0 ? <p className="bare">No brand offers anything now.</p> : null}
            {data.offers.map((offer) => (
              <OneOffer key={offer.set.id} offer={offer} />
            ))}
            {data.blocked.length > 0 ? (
              <section aria-label="Blocked brands">
                <h2>Brands you see nothing of</h2>
                <ul className="plain">
                  {data.blocked.map((brand) => (
                    <li key={brand.name} className="row">
                      <bdi>{brand.title}</bdi>
                      <Button size="compact-sm" variant="default" onClick={() => unblock.mutate(brand.name)}>
                        Let it offer again
                      </Button>
                    </li>
                  ))}
                </ul>
              </section>
            ) : null}
          </>
        )}
      </Answer>
      <Coming />
    </>
  );
}

function OneOffer({ offer }: { offer: RoomOffer }) {
  const { decline, block } = useOfferActs();
  const [chosen, setChosen] = useState<OfferImage | null>(null);
  const [isSure, setSure] = useState(false);
  const { set } = offer;
  const error = decline.error ?? block.error;
  return (
    <section className="offer" aria-label={`${set.title}, of ${set.brand.title}`}>
      <h2>
        <bdi>{set.title}</bdi> <small>of</small> <bdi>{set.brand.title}</bdi>
      </h2>
      {offer.asked_at ? (
        <p dir="auto">{offer.words ? `“${offer.words}”` : `${set.brand.title} asks whether you would hang one.`}</p>
      ) : null}
      <p className="fine">
        <bdi>{set.rights}</bdi>
        {set.ends_at ? ` Until ${new Date(set.ends_at).toLocaleDateString("en-GB", { dateStyle: "long" })}.` : ""}
        {offer.frames.length > 0 ? " One of them hangs on your wall." : ""}
      </p>
      <ul className="choices">
        {set.images.map((image) => (
          <li key={image.id}>
            <button type="button" onClick={() => setChosen(image)} aria-label={`Hang ${image.alt || "this picture"}`}>
              <OfferedPicture image={image} sizes="160px" />
            </button>
          </li>
        ))}
      </ul>
      <div className="row">
        {offer.asked_at ? (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => decline.mutate(set.id)}
            loading={decline.isPending}
          >
            No, thank you
          </Button>
        ) : null}
        {isSure ? (
          <>
            <span>What hangs of {set.brand.title} comes down.</span>
            <Button
              size="compact-sm"
              color="red"
              onClick={() => block.mutate(set.brand.name)}
              loading={block.isPending}
            >
              See nothing more of it
            </Button>
            <Button size="compact-sm" variant="subtle" onClick={() => setSure(false)}>
              Keep it
            </Button>
          </>
        ) : (
          <Button size="compact-sm" variant="subtle" onClick={() => setSure(true)}>
            Block {set.brand.title}
          </Button>
        )}
      </div>
      {error ? <Problem error={error} /> : null}
      <Modal
        opened={chosen !== null}
        onClose={() => setChosen(null)}
        title="Hang it"
        size="lg"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {chosen ? <PlaceForm set={set.id} image={chosen} onDone={() => setChosen(null)} /> : null}
      </Modal>
    </section>
  );
}

function PlaceForm({ set, image, onDone }: { set: string; image: OfferImage; onDone: () => void }) {
  const { place } = useOfferActs();
  const { list } = useAlbums();
  const [words, setWords] = useState("");
  const [album, setAlbum] = useState("");
  const [size, setSize] = useState("1");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    place.mutate(
      { set, image: image.id, words, album: album || null, size: Number(size), door: "passers_by", after: "" },
      { onSuccess: onDone },
    );
  };
  const albums = (list.data?.albums ?? []).map((one) => ({ value: one.id, label: one.title }));
  return (
    <form className="sheet" onSubmit={submit}>
      <OfferedPicture image={image} sizes="560px" />
      <Textarea
        label="Your own words beneath it"
        dir="auto"
        autosize
        maxLength={4000}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        data-autofocus
      />
      {albums.length > 0 ? (
        <NativeSelect
          label="It leads to"
          data={[{ value: "", label: "no album" }, ...albums]}
          value={album}
          onChange={(event) => setAlbum(event.currentTarget.value)}
        />
      ) : null}
      <NativeSelect
        label="Size"
        data={[
          { value: "1", label: "small" },
          { value: "2", label: "middle" },
          { value: "3", label: "large" },
        ]}
        value={size}
        onChange={(event) => setSize(event.currentTarget.value)}
      />
      {place.error ? <Problem error={place.error} /> : null}
      <div className="row">
        <Button type="submit" loading={place.isPending}>
          Hang it on my wall
        </Button>
        <Button variant="subtle" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function Coming() {
  const [near, setNear] = useState<{ latitude: number; longitude: number } | null>(null);
  const [told, setTold] = useState("");
  const coming = useComing(near);
  const find = () =>
    navigator.geolocation.getCurrentPosition(
      // Coarse on purpose: about a kilometre is enough to sort by.
      ({ coords }) => setNear({ latitude: round(coords.latitude), longitude: round(coords.longitude) }),
      () => setTold("Where you are is not known; what comes next comes first."),
      { maximumAge: 600_000, timeout: 10_000 },
    );
  return (
    <section aria-label="Occasions">
      <h2>What takes place</h2>
      <Answer query={coming} what="The occasions could not be read.">
        {(data) =>
          data.occasions.length === 0 ? (
            <p className="bare">Nothing lies ahead.</p>
          ) : (
            <>
              {near === null && "geolocation" in navigator ? (
                <p>
                  <Button size="compact-sm" variant="default" onClick={find}>
                    What is nearest?
                  </Button>{" "}
                  <span className="fine" role="status">
                    {told || "Where you are is asked of your device for this one list, and not kept."}
                  </span>
                </p>
              ) : null}
              <ul className="plain">
                {data.occasions.map((one) => (
                  <li key={one.occasion.id}>
                    <OccasionCard invited={one} mayHang />
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Answer>
    </section>
  );
}

function round(degrees: number): number {
  return Math.round(degrees * 100) / 100;
}
