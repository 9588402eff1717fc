// An address to which something is to be posted; its secret is shown this one time.
import { Button } from "@mantine/core";
import { useState } from "react";
import { after } from "../../../after";
import { useCreateHook } from "../../../api/hooks";
import { Copyable } from "../../../components/copyable";
import { HookForm } from "./form";

export function NewHookForm({ onDone }: { onDone: () => void }) {
  const [secret, setSecret] = useState<string | null>(null);
  const create = useCreateHook();
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
    <HookForm
      first={{ url: "", kinds: [] }}
      yes="Add"
      saving={create}
      onSave={(hook) => after(create.mutateAsync({ ...hook, secret: null }), (made) => setSecret(made.secret))}
      onCancel={onDone}
    />
  );
}
