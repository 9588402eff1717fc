// Explore: SQL over what is kept, and over the lake where there is a cluster. Tables at the left, the question above, the answer below; questions can be kept.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ApiError } from "../../api/client";
import { useQuestions } from "../../api/questions";
import { useRunSql, useSqlProgress, useSqlSchema } from "../../api/sql";
import type { SqlSchema } from "../../api/types";
import { Copyable } from "../../components/copyable";
import { Part } from "../../components/part";
import { Answer, useTitle } from "../../components/states";
import { useUrl } from "../../scope";
import { Editor, insertAt } from "./editor";
import { Result } from "./result";
import { Saved } from "./saved";
import { Tables } from "./tables";

const DRAFT = "parlour-sql";

/** The text being written outlives a reload, in this tab alone. */
function useDraft(first: string) {
  const [sql, setSql] = useState(() => sessionStorage.getItem(DRAFT) || first);
  useEffect(() => sessionStorage.setItem(DRAFT, sql), [sql]);
  return [sql, setSql] as const;
}

export function Explore() {
  useTitle("Explore");
  const schema = useSqlSchema();
  return (
    <>
      <div className="top">
        <span>SQL over everything that was accepted; it can only read</span>
      </div>
      <h1>Ask anything, in SQL.</h1>
      <Answer query={schema} what="The tables could not be read." height={420}>
        {(data) => <Body schema={data} />}
      </Answer>
    </>
  );
}

function Body({ schema }: { schema: SqlSchema }) {
  const [sql, setSql] = useDraft(schema.examples[0]?.sql ?? "");
  const { params, set } = useUrl();
  const questions = useQuestions();
  const run = useRunSql();
  // Only a question over the lake tells how far it is.
  const isOfLake = run.isPending && /\blake\b/i.test(run.variables.sql);
  const progress = useSqlProgress(isOfLake ? run.variables.name : null);
  const stop = useRef<AbortController | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const openId = params.get("question");
  const open = useMemo(
    () => questions.data?.rows.find((question) => String(question.id) === openId),
    [questions.data, openId],
  );

  // A question opened by its address is shown once; what is typed afterwards is the reader's own.
  const shownId = useRef<number | null>(null);
  useEffect(() => {
    if (open && shownId.current !== open.id) {
      shownId.current = open.id;
      setSql(open.sql);
    }
  }, [open, setSql]);

  const start = useCallback(() => {
    if (sql.trim() === "") return;
    stop.current?.abort();
    stop.current = new AbortController();
    run.mutate({ sql, name: crypto.randomUUID(), signal: stop.current.signal });
  }, [sql, run.mutate]);
  const insert = (text: string) => {
    const at = insertAt(
      sql,
      field.current?.selectionStart ?? sql.length,
      field.current?.selectionEnd ?? sql.length,
      text,
    );
    setSql(at.sql);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(at.caret, at.caret);
    });
  };
  const take = (text: string, id: number | null) => {
    shownId.current = id;
    setSql(text);
    set({ question: id === null ? null : String(id) });
    field.current?.focus();
  };
  return (
    <div className="explore">
      <aside>
        <Tables tables={schema.tables} onInsert={insert} />
        <Part title="Elsewhere">
          <p className="fine">The same files open in DuckDB, without this server:</p>
          <Copyable text={schema.lake_line} label="the DuckDB line" />
        </Part>
      </aside>
      <div>
        <Editor
          ref={field}
          sql={sql}
          onChange={setSql}
          onRun={start}
          isRunning={run.isPending}
          progress={isOfLake ? progress.data : undefined}
          onStop={() => stop.current?.abort()}
        />
        {run.error && !isStopped(run.error) ? <SqlProblem error={run.error} /> : null}
        {run.data && !run.error ? <Result key={run.submittedAt} result={run.data} /> : null}
        <Part title="Examples">
          <ul className="saved">
            {schema.examples.map((example) => (
              <li key={example.name}>
                <button
                  type="button"
                  className="link"
                  style={{ textAlign: "left" }}
                  onClick={() => take(example.sql, null)}
                >
                  {example.name}
                </button>
              </li>
            ))}
          </ul>
        </Part>
        <Saved questions={questions} sql={sql} openId={open?.id ?? null} onTake={take} />
      </div>
    </div>
  );
}

function isStopped(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function problemOf(status: number): string {
  if (status === 408) return "It took too long and was stopped.";
  return status === 400 || status === 403 ? "The database refused this." : "This could not be answered.";
}

/** The database's own words, unchanged; where time ran out, what to do. */
function SqlProblem({ error }: { error: Error }) {
  const status = error instanceof ApiError ? error.status : 0;
  const isOverTime = status === 408;
  return (
    <div className="problem" role="alert">
      <p>
        <b>{problemOf(status)}</b>
      </p>
      <pre>{error.message}</pre>
      {isOverTime ? <p className="fine">Ask for fewer days, or add a limit.</p> : null}
    </div>
  );
}
