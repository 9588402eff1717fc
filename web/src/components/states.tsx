// Waiting, failing, and having nothing: each says what is the matter and what can be done.
import { Button, Skeleton } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { ApiError } from "../api/client";

export function Waiting({ height = 220 }: { height?: number }) {
  return (
    <div role="status" aria-label="loading">
      <Skeleton height={34} mb={10} maw={620} />
      <Skeleton height={16} mb={22} maw={460} />
      <Skeleton height={height} />
    </div>
  );
}

interface ProblemProps {
  error: unknown;
  onRetry?: () => void;
  /** What was being done, such as "the matrix could not be read". */
  what?: string;
}

export function problemText(error: unknown): string {
  if (error instanceof Error && error.message) return error.message;
  return "something went wrong; try again";
}

export function Problem({ error, onRetry, what }: ProblemProps) {
  const fields = error instanceof ApiError ? error.fields : [];
  return (
    <div className="problem" role="alert">
      {what ? (
        <p>
          <b>{what}</b>
        </p>
      ) : null}
      <p>
        <Words text={problemText(error)} />
      </p>
      {fields.map((field) => (
        <p key={field.path} className="fine">
          <code>{field.path}</code>: {field.message}
        </p>
      ))}
      {onRetry ? (
        <Button size="compact-sm" variant="default" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

/** The server's words; what it put in backticks is set as code. */
export function Words({ text }: { text: string }) {
  return text.split("`").map((part, at) => {
    // Every second piece stood between backticks; pieces have no other name than their place.
    const key = at;
    return at % 2 === 1 ? <code key={key}>{part}</code> : <span key={key}>{part}</span>;
  });
}

interface AnswerProps<Data> {
  query: { data: Data | undefined; error: unknown; isPlaceholderData?: boolean; refetch: () => unknown };
  what: string;
  height?: number;
  /** What else helps when there is no answer. */
  wayOut?: ReactNode;
  children: (data: Data) => ReactNode;
}

/** The answer to a question when it is there; else that we wait, or why there is none and a way to ask again. */
export function Answer<Data>({ query, what, height, wayOut, children }: AnswerProps<Data>) {
  if (query.data !== undefined) {
    return (
      <div className={query.isPlaceholderData ? "stale" : undefined} aria-busy={query.isPlaceholderData || undefined}>
        {query.error ? <Problem what={what} error={query.error} onRetry={() => query.refetch()} /> : null}
        {children(query.data)}
      </div>
    );
  }
  if (query.error) {
    return (
      <>
        <Problem what={what} error={query.error} onRetry={() => query.refetch()} />
        {wayOut}
      </>
    );
  }
  return <Waiting height={height} />;
}

/** Names the page in the tab. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Parlour`;
  }, [title]);
}
