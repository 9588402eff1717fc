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

const STATES = [
  { state: "", word: "all", none: "Nothing has been sent yet." },
  { state: "waiting", word: "waiting", none: "Nothing waits to be sent." },
  { state: "done", word: "delivered", none: "Nothing has been delivered." },
  { state: "failed", word: "given up", none: "Nothing was given up." },
];

export function Log({ hooks }: { hooks: Hook[] }) {
  const { params, set } = useUrl();
  const chosen = STATES.find(({ state }) => state === (params.get("state") ?? "")) ?? STATES[0];
  const deliveries = useDeliveries(chosen?.state ? { state: chosen.state } : {});
  const replay = useReplay();
  const rows = deliveries.data?.pages.flatMap((page) => page.rows) ?? [];
  const toWhom = (row: Delivery) =>
    row.mail ?? row.inbox ?? hooks.find((hook) => hook.id === row.hook)?.url ?? `a deleted address (${row.hook})`;
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
      title: "Acts",
      value: () => null,
      show: (row) => (
        <span className="does">
          <button type="button" onClick={() => replay.mutate(row.id)} aria-label={`Send again: ${row.message}`}>
            send again
          </button>
        </span>
      ),
    },
  ];
  const choices = STATES.map(({ state, word }) => (
    <button key={state} type="button" aria-pressed={state === chosen?.state} onClick={() => set({ state })}>
      {word}
    </button>
  ));
  return (
    <Part title="What was sent" does={choices}>
      {replay.error ? <Problem error={replay.error} /> : null}
      <Answer query={deliveries} what="The log could not be read." height={200}>
        {() =>
          rows.length === 0 ? (
            <p className="hush">{chosen?.none}</p>
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
