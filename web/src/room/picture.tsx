// A picture in the width that fits, with what it will look like until it is there.
import { useEffect, useRef } from "react";
import { decode } from "./blurhash";
import type { RoomPhoto } from "./types";

const SIDE = 24;

export function Picture({ photo, sizes }: { photo: Pick<RoomPhoto, "image" | "alt">; sizes: string }) {
  const { image } = photo;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pixels = image.is_see_through ? null : decode(image.blurhash, SIDE, SIDE);
    if (pixels) canvas.current?.getContext("2d")?.putImageData(new ImageData(pixels, SIDE, SIDE), 0, 0);
  }, [image.blurhash, image.is_see_through]);
  const widest = image.sources.at(-1)?.url;
  return (
    <span
      className="picture"
      style={{
        aspectRatio: `${image.width} / ${image.height}`,
        background: image.is_see_through ? "none" : undefined,
      }}
    >
      <canvas ref={canvas} width={SIDE} height={SIDE} />
      <img
        src={widest}
        srcSet={image.sources.map((source) => `${source.url} ${source.width}w`).join(", ")}
        sizes={sizes}
        width={image.width}
        height={image.height}
        alt={photo.alt}
        loading="lazy"
        decoding="async"
        draggable={false}
      />
    </span>
  );
}
