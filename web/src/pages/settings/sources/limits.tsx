// What can be changed of a source: what its events are about unless they say otherwise, and how many it may send.
import { NumberInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useUpdateSource } from "../../../api/sources";
import type { Source } from "../../../api/types";
import { Part } from "../../../components/part";
import { KeepChange } from "./keep-change";
import { LayerChoice } from "./layer-choice";

export function Limits({ source }: { source: Source }) {
  const update = useUpdateSource(source.id);
  const [brand, setBrand] = useState(source.brand);
  const [layer, setLayer] = useState(source.layer);
  const [most, setMost] = useState<number | string>(source.events_per_second ?? "");
  const isChanged =
    brand !== source.brand || layer !== source.layer || Number(most || 0) !== (source.events_per_second ?? 0);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ brand, layer, events_per_second: Number(most || 0) });
  };
  return (
    <Part title="Brand, layer, limit">
      <form onSubmit={submit} className="sheet">
        <TextInput
          label="Brand"
          description="Whom its events are toward unless they say otherwise; events that came already stay as they are."
          value={brand}
          onChange={(event) => setBrand(event.currentTarget.value)}
        />
        <LayerChoice value={layer} onChange={setLayer} />
        <NumberInput
          label="At most, events per second"
          description={
            source.kind === "mqtt" || source.kind === "mail"
              ? `More than that waits ${source.kind === "mqtt" ? "at the broker" : "in the mailbox"}. Empty: no limit.`
              : "More is answered with 429 and a time to wait; SDKs then send again by themselves. Empty: no limit."
          }
          placeholder="no limit"
          min={1}
          max={10_000_000}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=","
          hideControls
          value={most}
          onChange={setMost}
        />
        <KeepChange update={update} isChanged={isChanged} />
      </form>
    </Part>
  );
}
