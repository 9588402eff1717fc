// Forward and back through a list by seek; where each page began is kept in the URL.
import { Button } from "@mantine/core";
import { useNavigate, useSearchParams } from "react-router";
import { PAGE_ROWS } from "../api/people";
import type { People } from "../api/types";
import { count, counted } from "../format";

interface PagerProps {
  people: Pick<People, "rows" | "n_total" | "next">;
  /** Where each page before this one ended. */
  stack: string[];
  /** How many rows a full page has. */
  pageRows?: number;
}

export function Pager({ people, stack, pageRows = PAGE_ROWS }: PagerProps) {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const go = (cursors: string[]) => {
    const next = new URLSearchParams(params);
    next.delete("page");
    for (const cursor of cursors) next.append("page", cursor);
    navigate({ search: next.toString() }, { preventScrollReset: true });
  };
  const first = stack.length * pageRows;
  const range = people.rows.length > 0 ? `${count(first + 1)} to ${count(first + people.rows.length)} of ` : "";
  const isSingle = stack.length === 0 && !people.next;
  return (
    <nav className="pager" aria-label="Pages of the list">
      <span>
        {isSingle ? "" : range}
        {counted(people.n_total, "person", "people")}
      </span>
      {isSingle ? null : (
        <span className="row">
          <Button
            size="compact-md"
            variant="default"
            disabled={stack.length === 0}
            onClick={() => go(stack.slice(0, -1))}
          >
            ← Previous
          </Button>
          <Button
            size="compact-md"
            variant="default"
            disabled={!people.next}
            onClick={() => people.next && go([...stack, people.next])}
          >
            Next →
          </Button>
        </span>
      )}
    </nav>
  );
}
