// A picture of a set, in the width that fits.
import { Picture } from "./picture";
import type { OfferImage, RoomPhoto } from "./types";

export function OfferedPicture({ image, sizes }: { image: OfferImage; sizes: string }) {
  const photo: Pick<RoomPhoto, "image" | "alt"> = { image: image.image, alt: image.alt };
  return <Picture photo={photo} sizes={sizes} />;
}
