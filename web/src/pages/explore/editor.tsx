// A light field for SQL: Tab indents, Escape then Tab leaves, Ctrl or Cmd with Enter runs.
import { Button } from "@mantine/core";
import { type KeyboardEvent, type Ref, useRef } from "react";
import type { SqlProgress } from "../../api/types";
import { count, counted } from "../../format";

interface EditorProps {
  ref: Ref<HTMLTextAreaElement>;
  sql: string;
  onChange: (sql: string) => void;
  onRun: () => void;
  onStop: () => void;
  isRunning: boolean;
  /** How far a question over the lake is. */
  progress?: SqlProgress;
}

/** The text with `added` in place of the selection, spaced from its neighbours, and where the caret goes. */
export function insertAt(sql: string, start: number, end: number, added: string): { sql: string; caret: number } {
  const before = sql.slice(0, start);
  const after = sql.slice(end);
  const lead = before === "" || /[\s(,.]$/.test(before) ? "" : " ";
  const text = `${before}${lead}${added}`;
  return { sql: text + after, caret: text.length };
}

export function Editor({ ref, sql, onChange, onRun, onStop, isRunning, progress }: EditorProps) {
  const mayLeave = useRef(false);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onRun();
    } else if (event.key === "Tab" && !event.shiftKey && !mayLeave.current) {
      event.preventDefault();
      const { selectionStart, selectionEnd } = event.currentTarget;
      event.currentTarget.setRangeText("  ", selectionStart, selectionEnd, "end");
      onChange(event.currentTarget.value);
    }
    mayLeave.current = event.key === "Escape";
  };
  return (
    <>
      <label htmlFor="sql" className="unseen">
        SQL
      </label>
      <textarea
        id="sql"
        ref={ref}
        className="sql"
        value={sql}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder="select …"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        aria-describedby="sql-keys"
      />
      <div className="row" style={{ marginTop: 8 }}>
        <Button onClick={onRun} loading={isRunning} disabled={sql.trim() === ""}>
          Run
        </Button>
        {isRunning ? (
          <Button variant="default" onClick={onStop}>
            Stop
          </Button>
        ) : null}
        {progress && progress.of > 0 ? (
          <span className="row" role="status" style={{ gap: 8 }}>
            <progress
              value={progress.done}
              max={progress.of}
              aria-label="Tasks done"
              style={{ accentColor: "var(--accent-fill)" }}
            />
            <span className="fine">
              {count(progress.done)} of {counted(progress.of, "task", "tasks")}
            </span>
          </span>
        ) : null}
        <span id="sql-keys" className="fine">
          <kbd>Ctrl Enter</kbd> runs; <kbd>Esc</kbd> then <kbd>Tab</kbd> leaves the field
        </span>
      </div>
    </>
  );
}
