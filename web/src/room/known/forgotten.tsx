// Being forgotten: what goes and what stays is said before, the words are typed, and nothing is lost by an error.
import { Button, Checkbox, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/client";
import { Problem } from "../../components/states";
import { useOnline } from "../app";
import { useBeingForgotten } from "./api";

/** What the server wants to read. */
const WORD = "forget me";

export function Forgotten() {
  const erase = useBeingForgotten();
  const isOnline = useOnline();
  const [word, setWord] = useState("");
  const [isBarred, setBarred] = useState(true);
  const isRunning = erase.isPending || erase.isSuccess;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isRunning) erase.mutate({ word, is_barred: isBarred });
  };
  return (
    <>
      <p>
        Everything goes, at once and for good: what you did and said, what was concluded of it, your ids, your room with
        its wall, photos, albums and acquaintances, and every way to sign in. It cannot be undone; whoever wants a copy
        takes it before.
      </p>
      <p>What stays:</p>
      <ul className="known-stays">
        <li>a keyed hash of each id, by which nobody can be read, so that what still comes under it is refused;</li>
        <li>what others said, also of you: it is theirs;</li>
        <li>what was sent to other systems before: it is with these;</li>
        <li>copies of this server’s data made elsewhere; put back here, they are erased again at once.</li>
      </ul>
      <form className="sheet" onSubmit={submit}>
        <Checkbox
          label="Take nothing more of me in"
          description="What still comes under your ids is refused, until you come back with one of them. Otherwise you are simply new."
          checked={isBarred}
          disabled={isRunning}
          onChange={(event) => setBarred(event.currentTarget.checked)}
        />
        <TextInput
          label={
            <>
              Write <code>{WORD}</code>
            </>
          }
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          disabled={isRunning}
          value={word}
          onChange={(event) => setWord(event.currentTarget.value)}
        />
        {erase.error ? <Problem what={failureWords(erase.error)} error={erase.error} /> : null}
        <p role="status" className="known-status">
          {isRunning ? "You are being forgotten. It takes a moment; your receipt comes next." : ""}
        </p>
        <div>
          <Button type="submit" className="known-danger" disabled={!isOnline} loading={isRunning}>
            Forget me
          </Button>
        </div>
      </form>
    </>
  );
}

/** Without an answer nobody knows whether it was done. */
function failureWords(error: unknown): string {
  const isAnswered = error instanceof ApiError && error.status > 0;
  return isAnswered ? "Nothing was erased." : "No answer came, so it may be done or not. Reload the page to see.";
}
