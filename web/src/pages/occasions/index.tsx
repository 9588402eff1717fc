// Occasions: what a brand holds somewhere, and who comes, as far as they let it know.
import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { after } from "../../after";
import { useAnswers, useOccasionActs, useOccasions } from "../../api/offers";
import { useRights } from "../../api/session";
import type { OfferBrand, OfferOccasion } from "../../api/types";
import { AskOnce } from "../../components/ask-once";
import { BrandPage, totalText } from "../../components/brand-page";
import { Copyable } from "../../components/copyable";
import { Part } from "../../components/part";
import { Answer, Problem } from "../../components/states";
import { counted } from "../../format";
import { OccasionForm, thereText } from "./form";

export function Occasions() {
  return (
    <BrandPage title="Occasions" without="Here a brand says what it holds, where and when.">
      {(brand) => <All key={brand.name} brand={brand} />}
    </BrandPage>
  );
}

function All({ brand }: { brand: OfferBrand }) {
  const occasions = useOccasions(brand.name);
  const { has } = useRights();
  const [isMaking, setMaking] = useState(false);
  return (
    <>
      <Answer query={occasions} what="The occasions could not be read." height={300}>
        {(data) => {
          const ahead = data.occasions.filter((one) => !one.is_over && !one.is_cancelled);
          const past = data.occasions.filter((one) => one.is_over || one.is_cancelled).reverse();
          return (
            <>
              <h1>
                {ahead.length === 0
                  ? `Nothing of ${brand.title} lies ahead.`
                  : `${counted(ahead.length, "occasion", "occasions")} of ${brand.title} ${ahead.length === 1 ? "lies" : "lie"} ahead.`}
              </h1>
              <p className="sub">People say in their rooms whether they come. For calendars:</p>
              <Copyable label="the feed for calendars" text={`${window.location.origin}${data.feed}`} />
              {has("analyse") ? (
                <p>
                  <Button onClick={() => setMaking(true)}>Make an occasion</Button>
                </p>
              ) : null}
              {[...ahead, ...past].map((one) => (
                <One key={one.id} occasion={one} />
              ))}
            </>
          );
        }}
      </Answer>
      <Modal
        opened={isMaking}
        onClose={() => setMaking(false)}
        title="An occasion"
        size="lg"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <OccasionForm brand={brand.name} onDone={() => setMaking(false)} />
      </Modal>
    </>
  );
}

function One({ occasion }: { occasion: OfferOccasion }) {
  const { has } = useRights();
  const { cancel } = useOccasionActs();
  const answers = useAnswers(occasion.id);
  const [doing, setDoing] = useState<"edit" | "cancel" | null>(null);
  const close = () => setDoing(null);
  const mayChange = has("analyse") && !occasion.is_cancelled && !occasion.is_over;
  const does = (
    <>
      <a href={occasion.ics}>.ics</a>
      {mayChange ? (
        <>
          <button type="button" onClick={() => setDoing("edit")}>
            change
          </button>
          <button type="button" onClick={() => setDoing("cancel")}>
            call off
          </button>
        </>
      ) : null}
    </>
  );
  const state = occasion.is_cancelled ? "Called off. " : occasion.is_over ? "Over. " : "";
  return (
    <Part title={<bdi>{occasion.title}</bdi>} does={does}>
      <p>
        {state}
        <time dateTime={occasion.starts_at}>{thereText(occasion)}</time> · <bdi>{occasion.place}</bdi>
        {typeof occasion.capacity === "number" ? ` · ${counted(occasion.capacity, "seat", "seats")}` : ""}
      </p>
      {occasion.about ? (
        <p className="fine" dir="auto">
          {occasion.about}
        </p>
      ) : null}
      <Answer query={answers} what="The answers could not be read." height={60}>
        {(data) => (
          <>
            <p>
              {totalText(data.n_going)} going, {totalText(data.n_waiting)} waiting for a seat,{" "}
              {totalText(data.n_interested)} interested.
            </p>
            {data.people.length > 0 ? (
              <ul className="plain">
                {data.people.map((one) => (
                  <li key={`${one.handle} ${one.name}`}>
                    <bdi>{one.name}</bdi> {one.handle ? <a href={`/@${one.handle}`}>@{one.handle}</a> : null}:{" "}
                    {one.is_waiting ? "waits for a seat" : one.answer}
                  </li>
                ))}
              </ul>
            ) : null}
          </>
        )}
      </Answer>
      <Modal
        opened={doing === "edit"}
        onClose={close}
        title="An occasion"
        size="lg"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <OccasionForm brand={occasion.brand.name} occasion={occasion} onDone={close} />
      </Modal>
      <AskOnce
        isOpen={doing === "cancel"}
        title={`Call “${occasion.title}” off?`}
        yes="Call it off"
        isBusy={cancel.isPending}
        onYes={() => after(cancel.mutateAsync(occasion.id), close)}
        onNo={close}
      >
        <p>Frames, calendars and answers stay, and say that it was called off. It cannot be taken back.</p>
        {cancel.error ? <Problem error={cancel.error} what="It could not be called off." /> : null}
      </AskOnce>
    </Part>
  );
}
