// One's word against something that was concluded: in so many words where there are such, and always in one's own.
import { Textarea } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { WhyOf } from "../../api/types";
import { Problem } from "../../components/states";
import { useObjecting } from "./api";
import { SayOrLeave } from "./say-or-leave";
import { sayingsOf } from "./words";

interface DisputeFormProps {
  of: WhyOf;
  name: string;
  object: string;
  title: string;
  onDone: () => void;
}

/** Most characters, as the server takes them. */
const MAX_WORDS = 1000;

export function DisputeForm({ of, name, object, title, onDone }: DisputeFormProps) {
  const { dispute } = useObjecting();
  const [said, setSaid] = useState<string | null>(null);
  const [words, setWords] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const sayings = sayingsOf(of, title);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("input, textarea")?.focus();
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    dispute.mutate({ object, matter: of, said, words }, { onSuccess: onDone });
  };
  return (
    <form ref={form} className="sheet" onSubmit={submit} aria-label={`What is so instead: ${name}`}>
      {sayings.length === 0 ? null : (
        <fieldset className="doors">
          <legend>What is so instead?</legend>
          {sayings.map((one) => (
            <label key={one.said}>
              <input
                type="radio"
                name={`said-${of}`}
                checked={said === one.said}
                onChange={() => setSaid(one.said)}
                required
              />
              <bdi>{one.words}</bdi>
            </label>
          ))}
          <p className="fine">It counts at once, in place of what was concluded, until you take it back.</p>
        </fieldset>
      )}
      <Textarea
        label={sayings.length === 0 ? "What is wrong about it?" : "In your own words, if you like"}
        description={sayings.length === 0 ? "Staff see it beside the number." : undefined}
        dir="auto"
        autosize
        minRows={2}
        maxLength={MAX_WORDS}
        required={sayings.length === 0}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      {dispute.error ? <Problem what="It was not noted." error={dispute.error} /> : null}
      <SayOrLeave isPending={dispute.isPending} onLeave={onDone} />
    </form>
  );
}
