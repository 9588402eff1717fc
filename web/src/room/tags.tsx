// Tags: what is said of things on a photo. Placed by a click on the picture or by two sliders, and listed for whoever reads.
import { Button, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, type MouseEvent, useId, useState } from "react";
import { Problem } from "../components/states";
import { money } from "../format";
import { useProductSearch, useRoomBrands, useTagActs } from "./offers-api";
import { Picture } from "./picture";
import type { OfferProduct, RoomPhoto, RoomTag, TagChange } from "./types";

/** Decimals between the major and the minor unit of a currency; 2 of one that is not known. */
function decimalsOf(currency: string): number {
  try {
    const options = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
    return options.maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

function majorOf(minor: number, currency: string): string {
  return String(minor / 10 ** decimalsOf(currency));
}

const STARS = ["1", "2", "3", "4", "5"];

/** The tags of a photo, with dots on it that tell which is which. */
export function TaggedPicture({ photo, sizes }: { photo: RoomPhoto; sizes: string }) {
  return (
    <span className="tagged">
      <Picture photo={photo} sizes={sizes} />
      {photo.tags.map((tag, at) => (
        <span
          key={tag.id}
          className="dot"
          style={{ left: `${tag.x * 100}%`, top: `${tag.y * 100}%` }}
          title={tag.label}
          aria-hidden="true"
        >
          {at + 1}
        </span>
      ))}
    </span>
  );
}

export function TagList({ tags, onChange }: { tags: RoomTag[]; onChange?: (tag: RoomTag) => void }) {
  if (tags.length === 0) return null;
  return (
    <ol className="tags" aria-label="On this photo">
      {tags.map((tag) => (
        <li key={tag.id}>
          {tag.link ? (
            <>
              <a href={tag.link} rel="noopener noreferrer nofollow ugc" target="_blank">
                <bdi>{tag.label}</bdi>
              </a>{" "}
              <small>{tag.host}</small>
            </>
          ) : (
            <bdi>{tag.label}</bdi>
          )}{" "}
          {[
            tag.brand_title,
            typeof tag.price_minor === "number" ? money(tag.price_minor, tag.currency) : "",
            tag.rating ? `${tag.rating} of 5 stars` : "",
            tag.bought_at ? `bought at ${tag.bought_at}` : "",
          ]
            .filter((part) => part !== "")
            .join(" · ")}
          {tag.review ? <p dir="auto">{tag.review}</p> : null}
          {tag.why ? <p dir="auto">{tag.why}</p> : null}
          {onChange ? (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => onChange(tag)}
              aria-label={`Change ${tag.label}`}
            >
              Change
            </Button>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

/** Setting and changing the tags of a photo of one's own. */
export function Tags({ photo }: { photo: RoomPhoto }) {
  const [chosen, setChosen] = useState<RoomTag | "new" | null>(null);
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>What is on it?</h3>
      {chosen ? (
        <TagForm
          key={chosen === "new" ? "new" : chosen.id}
          photo={photo}
          tag={chosen === "new" ? undefined : chosen}
          onDone={() => setChosen(null)}
        />
      ) : (
        <>
          <TagList tags={photo.tags} onChange={setChosen} />
          <Button size="compact-sm" variant="default" onClick={() => setChosen("new")}>
            Tag something
          </Button>
        </>
      )}
    </section>
  );
}

function TagForm({ photo, tag, onDone }: { photo: RoomPhoto; tag?: RoomTag; onDone: () => void }) {
  const { put, remove } = useTagActs(photo.id);
  const brands = useRoomBrands();
  const [said, setSaid] = useState({
    x: tag?.x ?? 0.5,
    y: tag?.y ?? 0.5,
    brand: tag?.brand ?? "",
    product: tag?.product ?? "",
    label: tag?.label ?? "",
    link: tag?.link ?? "",
    price: typeof tag?.price_minor === "number" ? majorOf(tag.price_minor, tag.currency) : "",
    currency: tag?.currency || "EUR",
    rating: tag?.rating ? String(tag.rating) : "",
    review: tag?.review ?? "",
    bought_at: tag?.bought_at ?? "",
    why: tag?.why ?? "",
  });
  const set = (change: Partial<typeof said>) => setSaid((before) => ({ ...before, ...change }));
  const found = useProductSearch(said.brand, said.product ? "" : said.label);
  const aim = (event: MouseEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = (at: number, from: number, length: number) => Math.min(1, Math.max(0, (at - from) / length));
    set({ x: part(event.clientX, box.left, box.width), y: part(event.clientY, box.top, box.height) });
  };
  const pick = (product: OfferProduct) =>
    set({
      brand: product.brand,
      product: product.id,
      label: product.name,
      link: product.url.startsWith("https://") ? product.url : "",
      ...(typeof product.price_minor === "number"
        ? { price: majorOf(product.price_minor, product.currency), currency: product.currency }
        : {}),
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { price, rating, currency, ...rest } = said;
    const minor = price.trim() === "" ? null : Math.round(Number(price.replace(",", ".")) * 10 ** decimalsOf(currency));
    const change: TagChange = {
      ...rest,
      price_minor: minor,
      currency: minor === null ? "" : currency,
      rating: rating === "" ? null : Number(rating),
    };
    put.mutate({ id: tag?.id, tag: change }, { onSuccess: onDone });
  };
  const named = (brands.data?.brands ?? []).map((brand) => ({ value: brand.name, label: brand.title }));
  const error = put.error ?? remove.error;
  return (
    <form className="sheet" onSubmit={submit}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the two sliders below do the same for keys */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the two sliders below do the same for keys */}
      <span className="tagged aim" onClick={aim}>
        <Picture photo={photo} sizes="560px" />
        <span className="dot" style={{ left: `${said.x * 100}%`, top: `${said.y * 100}%` }} aria-hidden="true">
          +
        </span>
      </span>
      <p className="fine">Click where it is, or move the sliders.</p>
      <Slider label="From the left" value={said.x} onChange={(x) => set({ x })} />
      <Slider label="From the top" value={said.y} onChange={(y) => set({ y })} />
      <NativeSelect
        label="Brand"
        data={[{ value: "", label: "none that is here" }, ...named]}
        value={said.brand}
        onChange={(event) => set({ brand: event.currentTarget.value, product: "" })}
      />
      <TextInput
        label="What it is"
        required
        maxLength={160}
        dir="auto"
        value={said.label}
        onChange={(event) => set({ label: event.currentTarget.value, product: "" })}
        data-autofocus
      />
      {found.data && found.data.products.length > 0 && !said.product ? (
        <ul className="plain suggestions" aria-label="From the catalogue">
          {found.data.products.map((product) => (
            <li key={`${product.brand} ${product.id}`}>
              <Button size="compact-xs" variant="light" onClick={() => pick(product)}>
                <bdi>{product.name}</bdi>
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
      <TextInput
        label="Its page"
        type="url"
        placeholder="https://"
        value={said.link}
        onChange={(event) => set({ link: event.currentTarget.value })}
      />
      <div className="row">
        <TextInput
          label="Price"
          inputMode="decimal"
          w={110}
          value={said.price}
          onChange={(event) => set({ price: event.currentTarget.value })}
        />
        <TextInput
          label="Currency"
          maxLength={3}
          w={90}
          value={said.currency}
          onChange={(event) => set({ currency: event.currentTarget.value })}
        />
        <NativeSelect
          label="Stars"
          w={90}
          data={[{ value: "", label: "–" }, ...STARS.map((star) => ({ value: star, label: star }))]}
          value={said.rating}
          onChange={(event) => set({ rating: event.currentTarget.value })}
        />
      </div>
      <Textarea
        label="What you say of it"
        autosize
        maxLength={2000}
        dir="auto"
        value={said.review}
        onChange={(event) => set({ review: event.currentTarget.value })}
      />
      <TextInput
        label="Where you bought it"
        maxLength={160}
        dir="auto"
        value={said.bought_at}
        onChange={(event) => set({ bought_at: event.currentTarget.value })}
      />
      <Textarea
        label="Why there, or why that one"
        autosize
        maxLength={2000}
        dir="auto"
        value={said.why}
        onChange={(event) => set({ why: event.currentTarget.value })}
      />
      {error ? <Problem error={error} /> : null}
      <div className="row">
        <Button type="submit" loading={put.isPending}>
          Keep it
        </Button>
        {tag ? (
          <Button
            color="red"
            variant="subtle"
            loading={remove.isPending}
            onClick={() => remove.mutate(tag.id, { onSuccess: onDone })}
          >
            Take it off
          </Button>
        ) : null}
        <Button variant="subtle" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function Slider({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <label className="slider">
      {label}
      <input
        type="range"
        min={0}
        max={100}
        value={Math.round(value * 100)}
        aria-valuetext={`${Math.round(value * 100)} %`}
        onChange={(event) => onChange(Number(event.currentTarget.value) / 100)}
      />
    </label>
  );
}
