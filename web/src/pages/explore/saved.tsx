// Questions that were kept: open, save, rename, delete.
import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useDeleteQuestion, type useQuestions, useSaveQuestion } from "../../api/questions";
import type { Question } from "../../api/types";
import { AskOnce } from "../../components/ask-once";
import { Part } from "../../components/part";
import { Answer, Problem } from "../../components/states";
import { instantText } from "../../format";

interface SavedProps {
  questions: ReturnType<typeof useQuestions>;
  sql: string;
  openId: number | null;
  onTake: (sql: string, id: number | null) => void;
}

/** What is being named: a new question (null) or an old one. */
type Naming = { question: Question | null } | null;

export function Saved({ questions, sql, openId, onTake }: SavedProps) {
  const [naming, setNaming] = useState<Naming>(null);
  const [doomed, setDoomed] = useState<Question | null>(null);
  const save = useSaveQuestion();
  const remove = useDeleteQuestion();
  const open = questions.data?.rows.find((question) => question.id === openId);
  const hasText = sql.trim() !== "";
  const does = (
    <>
      {open && open.sql !== sql && hasText ? (
        <button type="button" onClick={() => save.mutate({ id: open.id, name: open.name, sql })}>
          save into “{open.name}”
        </button>
      ) : null}
      <button type="button" disabled={!hasText} onClick={() => setNaming({ question: null })}>
        keep this question
      </button>
    </>
  );
  return (
    <Part title="Kept questions" does={does}>
      <Answer query={questions} what="The kept questions could not be read." height={60}>
        {(data) =>
          data.rows.length === 0 ? (
            <p className="hush">None yet.</p>
          ) : (
            <ul className="saved">
              {data.rows.map((question) => (
                <li key={question.id}>
                  <button
                    type="button"
                    className="link"
                    aria-current={question.id === openId || undefined}
                    onClick={() => onTake(question.sql, question.id)}
                  >
                    {question.name}
                  </button>
                  <span className="does fine">
                    {instantText(question.updated_at)}{" "}
                    <button
                      type="button"
                      onClick={() => setNaming({ question })}
                      aria-label={`Rename ${question.name}`}
                    >
                      rename
                    </button>{" "}
                    <button type="button" onClick={() => setDoomed(question)} aria-label={`Delete ${question.name}`}>
                      delete
                    </button>
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
      {save.error && naming === null ? <Problem error={save.error} what="It could not be saved." /> : null}
      <NameForm
        key={naming?.question?.id ?? "new"}
        naming={naming}
        sql={sql}
        onClose={() => setNaming(null)}
        onTake={onTake}
      />
      <AskOnce
        isOpen={doomed !== null}
        title="Delete this question?"
        yes="Delete it"
        isBusy={remove.isPending}
        onNo={() => setDoomed(null)}
        onYes={() =>
          doomed &&
          remove.mutate(doomed.id, {
            onSuccess: () => {
              if (doomed.id === openId) onTake(sql, null);
              setDoomed(null);
            },
          })
        }
      >
        <p>
          <b>{doomed?.name}</b> and its SQL are lost, for everyone who uses this Desk. No data is touched.
        </p>
        {remove.error ? <Problem error={remove.error} /> : null}
      </AskOnce>
    </Part>
  );
}

interface NameFormProps {
  naming: Naming;
  sql: string;
  onClose: () => void;
  onTake: SavedProps["onTake"];
}

function NameForm({ naming, sql, onClose, onTake }: NameFormProps) {
  const old = naming?.question ?? null;
  const [name, setName] = useState(old?.name ?? "");
  const save = useSaveQuestion();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === "") return;
    const question = old ? { id: old.id, name: wanted, sql: old.sql } : { name: wanted, sql };
    save.mutate(question, {
      onSuccess: (saved) => {
        if (!old && saved) onTake(sql, saved.id);
        onClose();
      },
    });
  };
  return (
    <Modal
      opened={naming !== null}
      onClose={onClose}
      title={old ? "Another name" : "Keep this question"}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form onSubmit={submit}>
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          required
          maxLength={120}
        />
        {save.error ? <Problem error={save.error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end", marginTop: 14 }}>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}
