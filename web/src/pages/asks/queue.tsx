// The queue: one line an ask, what is due first first; and what was found by its words.
import { Button } from "@mantine/core";
import { Link } from "react-router";
import { after } from "../../after";
import { useAsks, useFoundThreads } from "../../api/asks";
import type { AskLine, AskQuery } from "../../api/types";
import { LayerMark } from "../../components/layers";
import { Answer } from "../../components/states";
import { ago, counted, instantText } from "../../format";
import { useUrl } from "../../scope";
import { idOf } from "../../words";
import { useThreadLink } from "./thread-link";
import { stateOf } from "./words";

export function Queue({ query, isEverything }: { query: AskQuery; isEverything: boolean }) {
  const asks = useAsks(query);
  const rows = asks.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Answer query={asks} what="The queue could not be read." height={260}>
      {() =>
        rows.length === 0 ? (
          <Nothing isEverything={isEverything} />
        ) : (
          <>
            <p className="fine">{counted(asks.data?.pages[0]?.n_total ?? 0, "ask", "asks")}</p>
            <ul className="ask-lines" aria-label="Asks">
              {rows.map((ask) => (
                <Line key={ask.key} ask={ask} />
              ))}
            </ul>
            {asks.hasNextPage ? (
              <Button
                variant="default"
                loading={asks.isFetchingNextPage}
                onClick={() => after(asks.fetchNextPage(), () => undefined)}
              >
                More
              </Button>
            ) : null}
          </>
        )
      }
    </Answer>
  );
}

function Nothing({ isEverything }: { isEverything: boolean }) {
  if (!isEverything) return <p className="hush">Nothing here. Choose another view, or take a filter away.</p>;
  return (
    <p className="hush">
      Nobody has asked anything yet. Whatever people say comes here by itself: send it as an event with a{" "}
      <code>text</code>, such as one with the verb <code>wrote</code>, <code>asked</code> or <code>complained</code>.
    </p>
  );
}

function Line({ ask }: { ask: AskLine }) {
  const { params } = useUrl();
  const to = useThreadLink();
  const { words, tone } = stateOf(ask);
  const isOpen = params.get("thread") === ask.thread;
  return (
    <li data-ask={ask.key} aria-current={isOpen || undefined}>
      <Link to={to(ask.thread)} data-walk="" data-thread={ask.thread} preventScrollReset>
        <span className="who">
          <b>{ask.person ? idOf(ask.person) : "somebody"}</b>
          <span className={`chip ${ask.kind < 0 ? "neg" : ask.kind > 0 ? "pos" : "apa"}`}>
            <span aria-hidden="true">{ask.kind < 0 ? "−" : ask.kind > 0 ? "+" : "○"}</span>
            {ask.class}
          </span>
          {ask.held_by ? <span className="fine">{ask.held_by} is writing</span> : null}
          {ask.assignee ? <span className="fine">{ask.assignee}</span> : null}
        </span>
        <span className="said">{ask.title ? `${ask.title}: ${ask.text}` : ask.text || "(nothing said)"}</span>
        <span className="how">
          <LayerMark layer={ask.layer} />
          <span className={tone}>{words}</span>
          <time dateTime={ask.opened_at} title={instantText(ask.opened_at)}>
            {ago(ask.opened_at)}
          </time>
        </span>
      </Link>
    </li>
  );
}

export function Found({ q }: { q: string }) {
  const found = useFoundThreads(q);
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Answer query={found} what="Nothing could be looked for." height={200}>
      {() => (
        <>
          {rows.length === 0 ? <p className="hush">Nobody said that.</p> : null}
          <ul className="ask-lines" aria-label="Found">
            {rows.map((row) =>
              row.ask ? <Line key={row.thread} ask={row.ask} /> : <Plain key={row.thread} {...row} />,
            )}
          </ul>
          {found.hasNextPage ? (
            <Button variant="default" onClick={() => after(found.fetchNextPage(), () => undefined)}>
              Older ones
            </Button>
          ) : null}
        </>
      )}
    </Answer>
  );
}

function Plain({ thread, title, last_at }: { thread: string; title: string | null; last_at: string }) {
  const to = useThreadLink();
  return (
    <li>
      <Link to={to(thread)} data-walk="" data-thread={thread} preventScrollReset>
        <span className="said">{title ?? "Something was said, and nothing asked."}</span>
        <span className="how">{ago(last_at)}</span>
      </Link>
    </li>
  );
}
