// An occasion, whether one comes, and whether the brand may know who one is.
import { Button, Checkbox } from "@mantine/core";
import { useState } from "react";
import { Problem } from "../components/states";
import { useComingActs } from "./offers-api";
import type { RoomOccasion } from "./types";

const ANSWERS = [
  { value: "going", label: "I am going" },
  { value: "interested", label: "Perhaps" },
  { value: "not_going", label: "No" },
];

export function OccasionCard({ invited, mayHang }: { invited: RoomOccasion; mayHang?: boolean }) {
  const { occasion } = invited;
  const { answer, hang } = useComingActs();
  const [tells, setTells] = useState(invited.answer ? invited.tells : false);
  const say = (value: string, isTold = tells) => answer.mutate({ id: occasion.id, answer: value, tells: isTold });
  const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone: occasion.zone });
  const hasBegun = new Date(occasion.starts_at) <= new Date();
  const error = answer.error ?? hang.error;
  return (
    <article className="occasion" aria-label={occasion.title}>
      <h3>
        <bdi>{occasion.title}</bdi> <small>of</small> <bdi>{occasion.brand.title}</bdi>
      </h3>
      <p>
        {occasion.is_cancelled ? <strong>Called off. </strong> : null}
        {occasion.is_over && !occasion.is_cancelled ? <strong>Over. </strong> : null}
        <time dateTime={occasion.starts_at}>{when.format(new Date(occasion.starts_at))}</time> ·{" "}
        <bdi>{occasion.place}</bdi>
        {typeof invited.km === "number" ? ` · ${invited.km} km away` : ""} · <a href={occasion.ics}>into my calendar</a>
      </p>
      {occasion.about ? <p dir="auto">{occasion.about}</p> : null}
      {invited.is_waiting ? <p role="status">Every seat is taken; you move up when one comes free.</p> : null}
      {invited.is_full && !invited.answer ? <p className="fine">Every seat is taken; you can wait for one.</p> : null}
      {occasion.is_cancelled ? null : (
        <fieldset className="row">
          <legend className="unseen">{occasion.is_over ? "Were you there?" : "Do you come?"}</legend>
          {(occasion.is_over ? [] : ANSWERS).map((one) => (
            <Button
              key={one.value}
              size="compact-sm"
              variant={invited.answer === one.value ? "filled" : "default"}
              aria-pressed={invited.answer === one.value}
              onClick={() => say(one.value)}
              disabled={answer.isPending}
            >
              {one.label}
            </Button>
          ))}
          {hasBegun ? (
            <Button
              size="compact-sm"
              variant={invited.answer === "attended" ? "filled" : "default"}
              aria-pressed={invited.answer === "attended"}
              onClick={() => say("attended")}
              disabled={answer.isPending}
            >
              I was there
            </Button>
          ) : null}
          {mayHang ? (
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => hang.mutate({ id: occasion.id, size: 1, door: "passers_by" })}
              loading={hang.isPending}
            >
              Hang it on my wall
            </Button>
          ) : null}
        </fieldset>
      )}
      {occasion.is_cancelled ? null : (
        <Checkbox
          size="sm"
          label={`${occasion.brand.title} may know that it is me`}
          checked={tells}
          onChange={(event) => {
            const isTold = event.currentTarget.checked;
            setTells(isTold);
            if (invited.answer) say(invited.answer, isTold);
          }}
        />
      )}
      {hang.isSuccess ? <p role="status">It hangs on your wall.</p> : null}
      {error ? <Problem error={error} /> : null}
    </article>
  );
}
