// What is lost by erasing somebody, their name once more, and then the receipt.
import { Button, Checkbox, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useErasePerson } from "../../api/erasures";
import type { ErasureReceipt } from "../../api/types";
import { Copyable } from "../../components/copyable";
import { Problem } from "../../components/states";
import { exactText } from "../../format";
import { traceLines } from "../../traces";

interface EraseFormProps {
  person: string;
  onDone: () => void;
  onClose: () => void;
}

export function EraseForm({ person, onDone, onClose }: EraseFormProps) {
  const erase = useErasePerson(person);
  const [name, setName] = useState("");
  const [isBarred, setBarred] = useState(true);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    erase.mutate({ person: name.trim(), is_barred: isBarred }, { onSuccess: onDone });
  };
  if (erase.data) return <Receipt receipt={erase.data} onClose={onClose} />;
  return (
    <form onSubmit={submit} className="erase">
      <p>
        Everything of this person goes for good, under all their ids: what they did and said, what was concluded of it,
        their asks and threads, and their room if they have one. Numbers of the past change with it. It cannot be
        undone.
      </p>
      <Checkbox
        label="Take nothing more of them in"
        description="What still comes under their ids is refused, until one of them is shown to be theirs again."
        checked={isBarred}
        onChange={(event) => setBarred(event.currentTarget.checked)}
      />
      <TextInput
        mt="md"
        label={
          <>
            Write <code>{person}</code>
          </>
        }
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {erase.error ? <Problem what="Nobody was erased." error={erase.error} /> : null}
      <div className="row" style={{ justifyContent: "flex-end", marginTop: 16 }}>
        <Button variant="default" onClick={onClose} disabled={erase.isPending}>
          Leave it
        </Button>
        <Button type="submit" className="danger" loading={erase.isPending}>
          Erase for good
        </Button>
      </div>
    </form>
  );
}

function Receipt({ receipt, onClose }: { receipt: ErasureReceipt; onClose: () => void }) {
  const lines = traceLines(receipt.counts);
  return (
    <div role="status">
      <p>
        Nothing of them is left here{receipt.done_at ? `, since ${exactText(receipt.done_at)}` : ""}. This receipt names
        nobody; give its address to whoever asked.
      </p>
      <Copyable text={receipt.address} label="the address of the receipt" />
      <h3>What went</h3>
      {lines.length === 0 ? (
        <p className="hush">There was nothing.</p>
      ) : (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <h3>What stays</h3>
      <ul>
        {receipt.stays.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
      <div className="row" style={{ justifyContent: "flex-end", marginTop: 16 }}>
        <Button onClick={onClose} data-autofocus>
          To the people
        </Button>
      </div>
    </div>
  );
}
