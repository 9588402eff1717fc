// An address to which alerts are to be posted; its secret is shown this one time.
import { Button, MultiSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { after } from "../../../after";
import { useCreateHook } from "../../../api/hooks";
import { Copyable } from "../../../components/copyable";
import { Problem } from "../../../components/states";
import { KIND_WORDS, KINDS } from "../../alerts/words";

export const KIND_CHOICES = KINDS.map((kind) => ({ value: kind, label: KIND_WORDS[kind] ?? kind }));

export function NewHookForm({ onDone }: { onDone: () => void }) {
  const [url, setUrl] = useState("");
  const [kinds, setKinds] = useState<string[]>([]);
  const [secret, setSecret] = useState<string | null>(null);
  const create = useCreateHook();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    after(create.mutateAsync({ url: url.trim(), kinds, secret: null }), (made) => setSecret(made.secret));
  };
  if (secret !== null) {
    return (
      <section aria-label="The secret" style={{ maxWidth: 620 }}>
        <p>
          <b>Keep this secret now; it is not shown again.</b> With it the other side checks that what comes is from
          here.
        </p>
        <Copyable text={secret} label="the secret" />
        <Button size="compact-md" onClick={onDone} mt="sm">
          I have it
        </Button>
      </section>
    );
  }
  return (
    <form onSubmit={submit} style={{ display: "grid", gap: 10, maxWidth: 620 }}>
      <TextInput
        label="Address"
        placeholder="https://example.com/parlour"
        value={url}
        onChange={(event) => setUrl(event.target.value)}
        required
        data-autofocus
      />
      <MultiSelect
        label="Which alerts"
        placeholder={kinds.length === 0 ? "all" : undefined}
        data={KIND_CHOICES}
        value={kinds}
        onChange={setKinds}
      />
      {create.error ? <Problem error={create.error} /> : null}
      <div className="row">
        <Button type="submit" size="compact-md" loading={create.isPending}>
          Add
        </Button>
        <Button size="compact-md" variant="default" onClick={onDone}>
          Leave it
        </Button>
      </div>
    </form>
  );
}
