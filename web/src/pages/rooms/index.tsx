// Rooms: the sets of images a brand offers people's walls, what became of them, and what people say of the brand there.
import { Button, Checkbox, Modal, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { after } from "../../after";
import { useSaid, useSetActs, useSets } from "../../api/offers";
import { useRights } from "../../api/session";
import type { BrandSaid, OfferBrand, OfferSet } from "../../api/types";
import { AskOnce } from "../../components/ask-once";
import { BrandPage, peopleText } from "../../components/brand-page";
import { Part, TablePart } from "../../components/part";
import { Answer, Problem } from "../../components/states";
import { counted, dayText, money } from "../../format";
import { AddImages } from "./add-images";
import { Fate } from "./fate";
import { OfferPicture } from "./offer-picture";

export function Rooms() {
  return (
    <BrandPage title="Rooms" without="Here a brand offers images that people may hang in their rooms.">
      {(brand) => <Sets key={brand.name} brand={brand} />}
    </BrandPage>
  );
}

function Sets({ brand }: { brand: OfferBrand }) {
  const sets = useSets(brand.name);
  const said = useSaid(brand.name);
  const { has } = useRights();
  const [isMaking, setMaking] = useState(false);
  return (
    <>
      <Answer query={sets} what="The sets could not be read." height={300}>
        {(data) => {
          const n_open = data.sets.filter((set) => !set.is_over).length;
          return (
            <>
              <h1>
                {n_open === 0
                  ? `${brand.title} offers nothing to hang.`
                  : `${brand.title} offers ${counted(n_open, "set", "sets")} of images to hang.`}
              </h1>
              <p className="sub">
                Nothing of a brand comes into a room but what its owner hangs there. Up to {data.most_images} images
                make a set; people choose one, write their own words beneath it, and take it down whenever they like.
              </p>
              {has("analyse") ? (
                <p>
                  <Button onClick={() => setMaking(true)}>Make a set</Button>
                </p>
              ) : null}
              {data.sets.map((set) => (
                <OneSet key={set.id} set={set} most={data.most_images} />
              ))}
            </>
          );
        }}
      </Answer>
      <Answer query={said} what="What people say could not be read." height={160}>
        {(data) => <Said brand={brand} said={data} />}
      </Answer>
      <Modal
        opened={isMaking}
        onClose={() => setMaking(false)}
        title="A set of images"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <SetForm brand={brand.name} onDone={() => setMaking(false)} />
      </Modal>
    </>
  );
}

function SetForm({ brand, set, onDone }: { brand: string; set?: OfferSet; onDone: () => void }) {
  const { put } = useSetActs();
  const [title, setTitle] = useState(set?.title ?? "");
  const [rights, setRights] = useState(
    set?.rights ?? "You may show this picture in your room, and keep a copy for yourself.",
  );
  const [isOpen, setOpen] = useState(set?.is_open ?? true);
  const [ends, setEnds] = useState(set?.ends_at?.slice(0, 10) ?? "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const ends_at = ends === "" ? null : `${ends}T23:59:59Z`;
    after(put.mutateAsync({ id: set?.id, set: { brand, title, rights, is_open: isOpen, ends_at } }), onDone);
  };
  return (
    <form className="sheet" onSubmit={submit}>
      <TextInput
        label="Title"
        value={title}
        maxLength={120}
        required
        data-autofocus
        onChange={(e) => setTitle(e.currentTarget.value)}
      />
      <Textarea
        label="Rights"
        description="What people may do with the images; it stands beneath each."
        autosize
        minRows={2}
        maxLength={1000}
        required
        value={rights}
        onChange={(e) => setRights(e.currentTarget.value)}
      />
      <TextInput
        label="Last day"
        description="After it, frames say kindly that the set has ended. Leave it empty for one without an end."
        type="date"
        value={ends}
        onChange={(e) => setEnds(e.currentTarget.value)}
      />
      <Checkbox
        label="Anybody with a room may hang it"
        description="Otherwise only whom you ask."
        checked={isOpen}
        onChange={(e) => setOpen(e.currentTarget.checked)}
      />
      {put.error ? <Problem error={put.error} what="The set could not be kept." /> : null}
      <div className="row">
        <Button type="submit" loading={put.isPending}>
          {set ? "Keep it" : "Make it"}
        </Button>
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function OneSet({ set, most }: { set: OfferSet; most: number }) {
  const { has } = useRights();
  const [doing, setDoing] = useState<"edit" | "ask" | "end" | null>(null);
  const close = () => setDoing(null);
  const mayChange = has("analyse") && !set.is_over;
  const does = mayChange ? (
    <>
      <button type="button" onClick={() => setDoing("ask")} disabled={set.images.length === 0}>
        ask to hang
      </button>
      <button type="button" onClick={() => setDoing("edit")}>
        change
      </button>
      <button type="button" onClick={() => setDoing("end")}>
        end
      </button>
    </>
  ) : null;
  const when = set.ends_at ? (set.is_over ? "ended" : `until ${dayText(set.ends_at.slice(0, 10))}`) : "without an end";
  return (
    <Part title={<bdi>{set.title}</bdi>} does={does}>
      <p className="fine">
        {set.is_over ? "Ended" : set.is_open ? "Open to anybody with a room" : "For whom you ask"}
        {set.is_over ? "" : `, ${when}`} · {counted(set.images.length, "image", "images")} · <bdi>{set.rights}</bdi>
      </p>
      <ul className="offered">
        {set.images.map((image) => (
          <li key={image.id}>
            <OfferPicture set={set.id} image={image} mayChange={mayChange} />
          </li>
        ))}
      </ul>
      {mayChange && set.images.length < most ? <AddImages set={set.id} left={most - set.images.length} /> : null}
      <Fate set={set} />
      <Modal
        opened={doing === "edit"}
        onClose={close}
        title="A set of images"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <SetForm brand={set.brand.name} set={set} onDone={close} />
      </Modal>
      <Modal
        opened={doing === "ask"}
        onClose={close}
        title="Ask to hang it"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <AskForm set={set} onDone={close} />
      </Modal>
      <Ending set={set} isOpen={doing === "end"} onDone={close} />
    </Part>
  );
}

function AskForm({ set, onDone }: { set: OfferSet; onDone: () => void }) {
  const { ask } = useSetActs();
  const [handles, setHandles] = useState("");
  const [words, setWords] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const named = handles.split(/[\s,]+/).filter((handle) => handle !== "");
    ask.mutate({ id: set.id, ask: { handles: named.length > 0 ? named : null, words } });
  };
  if (ask.data) {
    return (
      <>
        <p role="status">
          {ask.data.n_asked === 0
            ? "Nobody was asked: who was asked before is not asked again, and who blocked the brand never."
            : `${counted(ask.data.n_asked, "person was", "people were")} asked. They find it under Offers in their room.`}
        </p>
        <Button onClick={onDone}>Close</Button>
      </>
    );
  }
  return (
    <form className="sheet" onSubmit={submit}>
      <TextInput
        label="Handles"
        description="Such as @anna @berta. Leave it empty to ask everybody with a room who is engaged with the brand."
        value={handles}
        onChange={(e) => setHandles(e.currentTarget.value)}
        data-autofocus
      />
      <Textarea
        label="What you say"
        autosize
        minRows={2}
        maxLength={500}
        value={words}
        onChange={(e) => setWords(e.currentTarget.value)}
      />
      {ask.error ? <Problem error={ask.error} what="Nobody was asked." /> : null}
      <div className="row">
        <Button type="submit" loading={ask.isPending}>
          Ask
        </Button>
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function Ending({ set, isOpen, onDone }: { set: OfferSet; isOpen: boolean; onDone: () => void }) {
  const { end } = useSetActs();
  const [deletes, setDeletes] = useState(false);
  return (
    <AskOnce
      isOpen={isOpen}
      title={`End “${set.title}”?`}
      yes="End it"
      isBusy={end.isPending}
      onYes={() => after(end.mutateAsync({ id: set.id, deletes }), onDone)}
      onNo={onDone}
    >
      <p>Nobody can hang it any more. Frames that show it keep their words, and say kindly that the set has ended.</p>
      <Checkbox
        label="Delete its pictures too"
        checked={deletes}
        onChange={(e) => setDeletes(e.currentTarget.checked)}
      />
      {end.error ? <Problem error={end.error} what="The set could not be ended." /> : null}
    </AskOnce>
  );
}

function Said({ brand, said }: { brand: OfferBrand; said: BrandSaid }) {
  const isNobody = said.n_people.n === 0;
  return (
    <>
      <Part title="Among people’s facts">
        <p>
          {isNobody
            ? `Nobody names ${brand.title} among their facts.`
            : `${peopleText(said.n_people)} ${said.n_people.n === 1 ? "names" : "name"} ${brand.title} among their facts.`}
          {said.labels.length > 0
            ? ` To them it is ${said.labels.map((part) => `${part.value} (${part.n})`).join(", ")}.`
            : ""}
        </p>
        {said.people.length > 0 ? (
          <ul className="plain">
            {said.people.map((one) => (
              <li key={`${one.handle} ${one.label}`}>
                <bdi>{one.name}</bdi> {one.handle ? <a href={`/@${one.handle}`}>@{one.handle}</a> : null}: my{" "}
                <bdi>{one.label}</bdi>
              </li>
            ))}
          </ul>
        ) : null}
        <p className="fine">Names stand here only of those who let the brand know; the others are in totals of many.</p>
      </Part>
      {said.tags.length === 0 ? null : (
        <TablePart
          title="On people’s photos"
          isCards
          rows={said.tags}
          rowKey={(tag) => `${tag.handle} ${tag.photo} ${tag.label} ${tag.review}`}
          columns={[
            {
              title: "Whose",
              value: (tag) => tag.handle,
              show: (tag) => <a href={`/@${tag.handle}`}>@{tag.handle}</a>,
              isHead: true,
            },
            { title: "What", value: (tag) => tag.label, show: (tag) => <bdi>{tag.label}</bdi> },
            { title: "Stars", value: (tag) => tag.rating ?? null, isNumber: true },
            {
              title: "Price",
              value: (tag) => tag.price_minor ?? null,
              show: (tag) => (typeof tag.price_minor === "number" ? money(tag.price_minor, tag.currency) : ""),
              isNumber: true,
            },
            { title: "Where", value: (tag) => tag.bought_at, show: (tag) => <bdi>{tag.bought_at}</bdi> },
            {
              title: "In their words",
              value: (tag) => tag.review || tag.why,
              show: (tag) => <bdi>{tag.review || tag.why}</bdi>,
              isWhole: true,
            },
          ]}
        >
          <p className="fine">Tags on photos whose doors let everybody in.</p>
        </TablePart>
      )}
    </>
  );
}
