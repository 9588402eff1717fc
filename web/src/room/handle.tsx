// Choosing where the room is, once.
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { Problem } from "../components/states";
import { useLeave, useOwnRoom } from "./api";

export function ChooseHandle() {
  const { chooseHandle } = useOwnRoom();
  const leave = useLeave();
  const [handle, setHandle] = useState("");
  useEffect(() => {
    document.title = "Choose a handle · Room";
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    chooseHandle.mutate(handle);
  };
  const host = window.location.host;
  return (
    <main className="alone">
      <h1>Where is your room to be?</h1>
      <p className="sub">
        A handle is the address of your room. It stays where it is, so choose one that you like for long.
      </p>
      <form onSubmit={submit} className="sheet">
        <TextInput
          label="Handle"
          description="3 to 30 of a–z, 0–9 and _, beginning with a letter"
          value={handle}
          onChange={(event) => setHandle(event.currentTarget.value.trim().toLowerCase())}
          leftSection="@"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          maxLength={30}
          required
        />
        <p className="fine" aria-live="polite">
          {host}/@{handle === "" ? "…" : handle}
        </p>
        {chooseHandle.error ? <Problem error={chooseHandle.error} /> : null}
        <div className="row">
          <Button type="submit" loading={chooseHandle.isPending}>
            Take it
          </Button>
          <Button variant="subtle" onClick={() => leave.mutate()}>
            Go again
          </Button>
        </div>
      </form>
      <p className="fine">The door is closed at first: nobody sees anything until you open it.</p>
    </main>
  );
}
