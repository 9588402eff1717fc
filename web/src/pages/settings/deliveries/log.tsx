// The log: what was sent, to whom, what came of it; and sending it again.
import { Button } from "@mantine/core";
import { after } from "../../../after";
import { useDeliveries, useReplay } from "../../../api/hooks";
import type { Delivery, Hook } from "../../../api/types";
import { Part } from "../../../components/part";
import { Answer, Problem, Words } from "../../../components/states";
import { type Column, Table } from "../../../components/table";
import { instantText } from "../../../format";
import { useUrl } from "../../../scope";
import { outcome, tells } from "./words";

const STATES = ["waiting", "done", "failed"];
const STATE_WORDS: Record<string, string> = { waiting: "waiting", done: "delivered", failed: "given up" };

export function Log({ hooks }: { hooks: Hook[] }) {
  const { params, set } = useUrl();
  const state = STATES.find((one) => one === params.get("state"));
  const deliveries = useDeliveries(state ? { state } : {});
  const replay = useReplay();
  const rows = deliveries.data?.pages.flatMap((page) => page.rows) ?? [];
  const toWhom = (row: Delivery) =>
    row.mail ?? hooks.find((hook) => hook.id === row.hook)?.url ?? `a deleted address (${row.hook})`;
  const columns: Column<Delivery>[] = [
    { title: "Made", value: (row) => row.made_at, show: (row) => instantText(row.made_at), isHead: true },
    { title: "What", value: tells },
    {
      title: "To",
      value: toWhom,
      show: (row) => <span style={{ overflowWrap: "anywhere" }}>{toWhom(row)}</span>,
      isWhole: true,
    },
    {
      title: "What came of it",
      value: outcome,
      show: (row) => (
        <span className={row.state === "failed" ? "neg" : undefined}>
          <Words text={outcome(row)} />
          {row.next_at && row.attempts > 0 ? <span className="fine"> · again {instantText(row.next_at)}</span> : null}
        </span>
      ),
      isWhole: true,
    },
    {
      title: "",
      value: () => null,
      show: (row) => (
        <span className="does">
          <button type="button" onClick={() => replay.mutate(row.id)} aria-label={`Send ${row.message} again`}>
            send again
          </button>
        </span>
      ),
    },
  ];
  const choices = [undefined, ...STATES].map((one) => (
    <button key={one ?? "all"} type="button" aria-pressed={state === one} onClick={() => set({ state: one ?? null })}>
      {one ? STATE_WORDS[one] : "all"}
    </button>
  ));
  return (
    <Part title="What was sent" does={choices}>
      {replay.error ? <Problem error={replay.error} /> : null}
      <Answer query={deliveries} what="The log could not be read." height={200}>
        {() =>
          rows.length === 0 ? (
            <p className="hush">{state ? "Nothing that was sent is so." : "Nothing has been sent yet."}</p>
          ) : (
            <Table caption="What was sent" columns={columns} rows={rows} rowKey={(row) => row.id} isCards />
          )
        }
      </Answer>
      {deliveries.hasNextPage ? (
        <Button
          variant="default"
          size="compact-md"
          loading={deliveries.isFetchingNextPage}
          onClick={() => after(deliveries.fetchNextPage(), () => undefined)}
        >
          Older ones
        </Button>
      ) : null}
    </Part>
  );
}
