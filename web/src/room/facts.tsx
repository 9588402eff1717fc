// Facts: my dentist, my car, each with its own door; a brand learns whose it is only where one lets it.
import { Button, Checkbox, Modal, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { Answer, Problem } from "../components/states";
import { DOORS } from "./api";
import { useFactActs, useFacts, useRoomBrands } from "./offers-api";
import type { Door, RoomFact } from "./types";

const KINDS = [
  { value: "person", label: "Somebody" },
  { value: "product", label: "Something I have" },
  { value: "place", label: "A place" },
  { value: "brand", label: "A brand" },
];

export function Facts() {
  const facts = useFacts();
  const { hang } = useFactActs();
  const [chosen, setChosen] = useState<RoomFact | "new" | null>(null);
  useEffect(() => {
    document.title = "Facts · Room";
  }, []);
  return (
    <>
      <h1>What belongs to your life.</h1>
      <p className="sub">
        My dentist, my car, my favourite restaurant. Each has its own door, and you may hang it on your wall.
      </p>
      <p>
        <Button onClick={() => setChosen("new")}>Say something</Button>
      </p>
      <Answer query={facts} what="The facts could not be read.">
        {(data) => (
          <>
            {data.facts.length === 0 ? <p className="bare">There is nothing yet.</p> : null}
            <ul className="plain facts">
              {data.facts.map((fact) => (
                <li key={fact.id} className="row">
                  <span>
                    My <bdi>{fact.label}</bdi>:{" "}
                    <b>
                      <bdi>{fact.name}</bdi>
                    </b>{" "}
                    <span className="tag">{DOORS.find((door) => door.value === fact.door)?.short}</span>
                  </span>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => setChosen(fact)}
                    aria-label={`Change my ${fact.label}`}
                  >
                    Change
                  </Button>
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    aria-label={`Hang my ${fact.label} on the wall`}
                    onClick={() => hang.mutate({ id: fact.id, size: 1, door: "passers_by" })}
                  >
                    Hang it
                  </Button>
                </li>
              ))}
            </ul>
            <p role="status">{hang.isSuccess ? "It hangs on your wall." : ""}</p>
            {hang.error ? <Problem error={hang.error} /> : null}
          </>
        )}
      </Answer>
      <Modal
        opened={chosen !== null}
        onClose={() => setChosen(null)}
        title="Something of your life"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {chosen ? <FactForm fact={chosen === "new" ? undefined : chosen} onDone={() => setChosen(null)} /> : null}
      </Modal>
    </>
  );
}

function FactForm({ fact, onDone }: { fact?: RoomFact; onDone: () => void }) {
  const { put, remove } = useFactActs();
  const brands = useRoomBrands();
  const [said, setSaid] = useState({
    kind: fact?.kind ?? "person",
    label: fact?.label ?? "",
    name: fact?.name ?? "",
    brand: fact?.brand ?? "",
    link: fact?.link ?? "",
    words: fact?.words ?? "",
    door: fact?.door ?? ("only_me" as Door),
    tells: fact?.tells ?? false,
  });
  const set = (change: Partial<typeof said>) => setSaid((before) => ({ ...before, ...change }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate({ id: fact?.id, fact: said }, { onSuccess: onDone });
  };
  const named = (brands.data?.brands ?? []).map((brand) => ({ value: brand.name, label: brand.title }));
  const error = put.error ?? remove.error;
  return (
    <form className="sheet" onSubmit={submit}>
      <NativeSelect
        label="What is it?"
        data={KINDS}
        value={said.kind}
        onChange={(e) => set({ kind: e.currentTarget.value })}
      />
      <TextInput
        label="My …"
        placeholder="dentist"
        required
        maxLength={60}
        dir="auto"
        value={said.label}
        onChange={(e) => set({ label: e.currentTarget.value })}
        data-autofocus
      />
      <TextInput
        label="is called"
        required
        maxLength={160}
        dir="auto"
        value={said.name}
        onChange={(e) => set({ name: e.currentTarget.value })}
      />
      <Textarea
        label="In your words"
        autosize
        maxLength={1000}
        dir="auto"
        value={said.words}
        onChange={(e) => set({ words: e.currentTarget.value })}
      />
      <TextInput
        label="Its page"
        type="url"
        placeholder="https://"
        value={said.link}
        onChange={(e) => set({ link: e.currentTarget.value })}
      />
      <NativeSelect
        label="Of which brand"
        data={[{ value: "", label: "none that is here" }, ...named]}
        value={said.brand}
        onChange={(e) => set({ brand: e.currentTarget.value })}
      />
      <NativeSelect
        label="Who sees it?"
        data={DOORS.map((door) => ({ value: door.value, label: door.label }))}
        value={said.door}
        onChange={(e) => set({ door: e.currentTarget.value as Door })}
      />
      {said.brand ? (
        <Checkbox
          label="The brand may know that it is me"
          description="Otherwise it sees only how many people say so, once they are many."
          checked={said.tells}
          onChange={(e) => set({ tells: e.currentTarget.checked })}
        />
      ) : null}
      {error ? <Problem error={error} /> : null}
      <div className="row">
        <Button type="submit" loading={put.isPending}>
          Keep it
        </Button>
        {fact ? (
          <Button
            color="red"
            variant="subtle"
            loading={remove.isPending}
            onClick={() => remove.mutate(fact.id, { onSuccess: onDone })}
          >
            Forget it
          </Button>
        ) : null}
        <Button variant="subtle" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
