// What one said to brands, and what it was taken for; one's own word on what it was meant as counts.
import { NativeSelect } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Problem } from "../../components/states";
import { dayOf, dayShort } from "../../format";
import type { KnownPost } from "../types";
import { useObjecting } from "./api";
import { SayOrLeave } from "./say-or-leave";
import { FEELINGS, MEANINGS, takenFor } from "./words";

export function Said({ posts }: { posts: KnownPost[] }) {
  if (posts.length === 0) return <p className="bare">You said nothing that was kept.</p>;
  return (
    <ul className="known-did">
      {posts.map((post) => (
        <One key={post.id} post={post} />
      ))}
    </ul>
  );
}

function One({ post }: { post: KnownPost }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <time dateTime={post.at}>{dayShort(dayOf(post.at))}</time>
      <div>
        To <bdi>{post.object_title}</bdi>
        <p className="said" dir="auto">
          “{post.text}”
        </p>
        <p className="fine">
          Taken for {takenFor(post.class, post.kind)}.{" "}
          <button
            type="button"
            className="known-link"
            aria-expanded={isOpen}
            aria-label={`it was meant as something else: “${post.text.slice(0, 40)}”`}
            onClick={() => setOpen(!isOpen)}
          >
            it was meant as …
          </button>
        </p>
        {isOpen ? <Meaning post={post} onDone={() => setOpen(false)} /> : null}
      </div>
    </li>
  );
}

function Meaning({ post, onDone }: { post: KnownPost; onDone: () => void }) {
  const { mean } = useObjecting();
  const [meant, setMeant] = useState(post.class ?? "none");
  const [feeling, setFeeling] = useState(Math.sign(post.kind));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mean.mutate({ post: post.id, meant: { class: meant, kind: feeling } }, { onSuccess: onDone });
  };
  return (
    <form className="sheet" onSubmit={submit}>
      <NativeSelect
        label="It was meant as"
        data={MEANINGS.map(([value, label]) => ({ value, label }))}
        value={meant}
        onChange={(event) => setMeant(event.currentTarget.value)}
      />
      <NativeSelect
        label="and it was meant"
        data={FEELINGS.map(([value, label]) => ({ value: String(value), label }))}
        value={String(feeling)}
        onChange={(event) => setFeeling(Number(event.currentTarget.value))}
      />
      {mean.error ? <Problem what="It was not noted." error={mean.error} /> : null}
      <SayOrLeave isPending={mean.isPending} onLeave={onDone} />
    </form>
  );
}
