// One image of a set: seen, described, taken out.
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { after } from "../../after";
import { useSetActs } from "../../api/offers";
import type { OfferImage } from "../../api/types";
import { AskOnce } from "../../components/ask-once";
import { Problem } from "../../components/states";

interface OfferPictureProps {
  set: string;
  image: OfferImage;
  mayChange: boolean;
}

export function OfferPicture({ set, image, mayChange }: OfferPictureProps) {
  const { describe, drop } = useSetActs();
  const [alt, setAlt] = useState(image.alt);
  const [doing, setDoing] = useState<"describe" | "drop" | null>(null);
  const { sources } = image.image;
  const close = () => setDoing(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    after(describe.mutateAsync({ set, image: image.id, alt }), close);
  };
  return (
    <figure>
      <img
        src={sources[0]?.url}
        srcSet={sources.map((source) => `${source.url} ${source.width}w`).join(", ")}
        sizes="180px"
        width={image.image.width}
        height={image.image.height}
        alt={image.alt || "An image of the set"}
        loading="lazy"
        style={image.image.is_see_through ? undefined : { background: image.image.colour }}
      />
      {doing === "describe" ? (
        <form onSubmit={submit}>
          <TextInput
            label="What is to be seen on it?"
            size="xs"
            maxLength={1000}
            value={alt}
            onChange={(event) => setAlt(event.currentTarget.value)}
            data-autofocus
          />
          <Button type="submit" size="compact-xs" mt={4} loading={describe.isPending}>
            Keep
          </Button>
        </form>
      ) : (
        <figcaption className="fine">
          <bdi>{image.alt || "no words yet"}</bdi>
          {mayChange ? (
            <span className="does">
              <button type="button" onClick={() => setDoing("describe")}>
                describe
              </button>
              <button type="button" onClick={() => setDoing("drop")}>
                take out
              </button>
            </span>
          ) : null}
        </figcaption>
      )}
      <AskOnce
        isOpen={doing === "drop"}
        title="Take this image out?"
        yes="Take it out"
        isBusy={drop.isPending}
        onYes={() => after(drop.mutateAsync({ set, image: image.id }), close)}
        onNo={close}
      >
        <p>The picture is deleted. Frames that show it keep their words, and say that it is gone.</p>
        {drop.error ? <Problem error={drop.error} what="It could not be taken out." /> : null}
      </AskOnce>
    </figure>
  );
}
