// Writing down an occasion: its times are those of the place.
import { Button, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { after } from "../../after";
import { useOccasionActs } from "../../api/offers";
import type { OfferOccasion } from "../../api/types";
import { Problem } from "../../components/states";
import { instantAt, wallClock } from "./zone";

/** When it is, as a clock there says. */
export function thereText(occasion: OfferOccasion): string {
  const options = { dateStyle: "full", timeStyle: "short", timeZone: occasion.zone } as const;
  return new Intl.DateTimeFormat("en-GB", options).format(new Date(occasion.starts_at));
}

interface OccasionFormProps {
  brand: string;
  occasion?: OfferOccasion;
  onDone: () => void;
}

export function OccasionForm({ brand, occasion, onDone }: OccasionFormProps) {
  const { put } = useOccasionActs();
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [said, setSaid] = useState({
    title: occasion?.title ?? "",
    about: occasion?.about ?? "",
    place: occasion?.place ?? "",
    latitude: occasion?.latitude?.toString() ?? "",
    longitude: occasion?.longitude?.toString() ?? "",
    zone: occasion?.zone ?? own,
    starts: occasion ? wallClock(occasion.starts_at, occasion.zone) : "",
    ends: occasion ? wallClock(occasion.ends_at, occasion.zone) : "",
    capacity: occasion?.capacity?.toString() ?? "",
    url: occasion?.url ?? "",
  });
  const field = (name: keyof typeof said) => ({
    value: said[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setSaid((before) => ({ ...before, [name]: value }));
    },
  });
  const number = (text: string) => (text.trim() === "" ? null : Number(text));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { title, about, place, zone, url } = said;
    const times = { starts_at: instantAt(said.starts, zone), ends_at: instantAt(said.ends, zone) };
    const where = { latitude: number(said.latitude), longitude: number(said.longitude) };
    const change = { brand, title, about, place, ...where, ...times, zone, capacity: number(said.capacity), url };
    after(put.mutateAsync({ id: occasion?.id, occasion: change }), onDone);
  };
  return (
    <form className="sheet" onSubmit={submit}>
      <TextInput label="Title" required maxLength={160} data-autofocus {...field("title")} />
      <TextInput label="Place" description="As people say it." required maxLength={300} {...field("place")} />
      <div className="row">
        <TextInput label="Begins" type="datetime-local" required {...field("starts")} />
        <TextInput label="Ends" type="datetime-local" required {...field("ends")} />
        <TextInput label="Zone of time" required {...field("zone")} />
      </div>
      <div className="row">
        <TextInput label="Latitude" inputMode="decimal" w={120} {...field("latitude")} />
        <TextInput label="Longitude" inputMode="decimal" w={120} {...field("longitude")} />
        <TextInput label="Seats" inputMode="numeric" w={120} {...field("capacity")} />
      </div>
      <p className="fine">With a place on the map, people see how far it is. Without seats, nobody is counted.</p>
      <Textarea label="What happens" autosize minRows={2} maxLength={4000} {...field("about")} />
      <TextInput label="Its page" type="url" placeholder="https://" {...field("url")} />
      {put.error ? <Problem error={put.error} what="The occasion could not be kept." /> : null}
      <div className="row">
        <Button type="submit" loading={put.isPending}>
          {occasion ? "Keep it" : "Make it"}
        </Button>
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
