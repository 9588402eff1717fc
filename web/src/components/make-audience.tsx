// "Make an audience": the people of a list under a name, so that they can be found, counted and written to again.
import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { after } from "../after";
import { useSaveAudience } from "../api/audiences";
import type { PeopleQuery } from "../api/types";
import { counted } from "../format";
import { predicateOf } from "../people-query";
import { useScope } from "../scope";
import { May } from "./may";
import { NameForm } from "./name-form";

interface MakeAudienceProps {
  object: string;
  query: PeopleQuery;
  n: number;
  /** The list in words, with its number. */
  words: string;
  /** A button of its own rather than a word among others. */
  isButton?: boolean;
  suggested?: string;
}

const FILTER_WORDS: Record<string, string> = { audience: "the audience" };

export function MakeAudience(props: MakeAudienceProps) {
  const [isOpen, setOpen] = useState(false);
  const label = `Make an audience of ${props.n === 1 ? "this person" : `these ${counted(props.n, "person", "people")}`}`;
  return (
    <May right="analyse">
      {props.isButton ? (
        <Button size="compact-md" onClick={() => setOpen(true)} disabled={props.n === 0}>
          {label}
        </Button>
      ) : (
        <button type="button" onClick={() => setOpen(true)} disabled={props.n === 0}>
          {label}
        </button>
      )}
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        title="Make an audience"
        centered
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <Naming {...props} onClose={() => setOpen(false)} />
      </Modal>
    </May>
  );
}

function Naming({ object, query, words, suggested = "", onClose }: MakeAudienceProps & { onClose: () => void }) {
  const { to } = useScope();
  const save = useSaveAudience();
  const { predicate, misplaced } = predicateOf(query);
  if (misplaced.length > 0) {
    return (
      <p data-misplaced="">
        An audience cannot be made of a list that is narrowed by{" "}
        {misplaced.map((filter) => FILTER_WORDS[filter] ?? filter).join(" and by ")}. Take that filter away first.
      </p>
    );
  }
  if (save.data) {
    return (
      <>
        <p aria-live="polite" data-said="">
          “{save.data.name}” has {counted(save.data.n ?? 0, "person", "people")} now.
        </p>
        <p>
          <Link to={to("/audiences")} onClick={onClose} className="link">
            All audiences
          </Link>
        </p>
      </>
    );
  }
  return (
    <NameForm
      first={suggested}
      yes="Save"
      saving={save}
      failed="The audience could not be saved."
      onName={(name) => after(save.mutateAsync({ name, object, predicate }), () => undefined)}
      onCancel={onClose}
    >
      <p>{words}.</p>
      <p className="fine">
        {query.people
          ? "It holds exactly these people, whatever becomes of them."
          : "An audience is a question, not a list of names: whoever fits comes in, whoever no longer does goes out."}{" "}
        It is counted on the latest day, and compared with a month before it.
      </p>
    </NameForm>
  );
}
