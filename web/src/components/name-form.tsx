// The name of an audience: asked for when it is made, and to call it otherwise.
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { Problem } from "./states";

interface NameFormProps {
  first: string;
  yes: string;
  saving: { error: unknown; isPending: boolean };
  /** What is said where it could not be saved. */
  failed: string;
  onName: (name: string) => void;
  onCancel: () => void;
  children?: ReactNode;
}

export function NameForm({ first, yes, saving, failed, onName, onCancel, children }: NameFormProps) {
  const [name, setName] = useState(first);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onName(name.trim());
  };
  return (
    <form onSubmit={submit}>
      {children}
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={100}
        required
        data-autofocus
      />
      {saving.error ? <Problem error={saving.error} what={failed} /> : null}
      <div className="row" style={{ justifyContent: "flex-end", marginTop: 16 }}>
        <Button variant="default" onClick={onCancel}>
          Leave it
        </Button>
        <Button type="submit" loading={saving.isPending} disabled={name.trim() === ""}>
          {yes}
        </Button>
      </div>
    </form>
  );
}
