// What there is to say of an address: where it is, and what goes there.
import { Button, MultiSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Problem } from "../../../components/states";
import { TOLD_CHOICES } from "./words";

interface Asked {
  url: string;
  kinds: string[];
}

interface HookFormProps {
  first: Asked;
  yes: string;
  saving: { error: unknown; isPending: boolean };
  onSave: (hook: Asked) => void;
  onCancel: () => void;
}

export function HookForm({ first, yes, saving, onSave, onCancel }: HookFormProps) {
  const [url, setUrl] = useState(first.url);
  const [kinds, setKinds] = useState(first.kinds);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave({ url: url.trim(), kinds });
  };
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
        label="What goes there"
        description="Answers are what is written under Asks; they go only where they are chosen."
        placeholder={kinds.length === 0 ? "all alerts" : undefined}
        data={TOLD_CHOICES}
        value={kinds}
        onChange={setKinds}
      />
      {saving.error ? <Problem error={saving.error} /> : null}
      <div className="row">
        <Button type="submit" size="compact-md" loading={saving.isPending}>
          {yes}
        </Button>
        <Button size="compact-md" variant="default" onClick={onCancel}>
          Leave it
        </Button>
      </div>
    </form>
  );
}
