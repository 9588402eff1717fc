// A source's keys: which are good, until when; another one in their place; and an end to all of them.
import { Button, Modal, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useRevokeSource, useRotateSource } from "../../../api/sources";
import type { Source, SourceKey } from "../../../api/types";
import { AskOnce } from "../../../components/ask-once";
import { Part } from "../../../components/part";
import { Problem } from "../../../components/states";
import { type Column, Table } from "../../../components/table";
import { count, counted, instantText, NONE } from "../../../format";

const OVERLAPS = [
  { value: "72", label: "3 days" },
  { value: "24", label: "1 day" },
  { value: "168", label: "1 week" },
  { value: "1", label: "1 hour" },
  { value: "0", label: "not at all" },
];
const HOUR_MS = 3_600_000;

const columns: Column<SourceKey>[] = [
  { title: "Key", value: (key) => key.hint, show: (key) => <code>{key.hint}</code>, isHead: true },
  {
    title: "State",
    value: (key) => (key.is_valid ? "good" : "no longer good"),
    show: (key) =>
      key.is_valid ? <span className="pos">✓ good</span> : <span className="fine">× no longer good</span>,
  },
  { title: "Made", value: (key) => key.created_at, show: (key) => instantText(key.created_at) },
  {
    title: "Until",
    value: (key) => key.expires_at,
    show: (key) => (key.expires_at ? instantText(key.expires_at) : NONE),
  },
];

export function Keys({ source, onKey }: { source: Source; onKey: () => void }) {
  const [isRotating, setRotating] = useState(false);
  const [isRevoking, setRevoking] = useState(false);
  return (
    <Part title="Keys">
      <Table
        caption="Keys"
        columns={columns}
        rows={source.keys}
        rowKey={(key) => `${key.hint} ${key.created_at}`}
        isTight
      />
      {source.revoked_at ? null : (
        <div className="row" style={{ marginTop: 12 }}>
          <Button size="compact-md" variant="default" onClick={() => setRotating(true)}>
            Replace the key
          </Button>
          <Button size="compact-md" variant="default" onClick={() => setRevoking(true)}>
            Revoke the source
          </Button>
        </div>
      )}
      <Rotate
        source={source}
        isOpen={isRotating}
        onClose={(hasKey) => {
          setRotating(false);
          if (hasKey) onKey();
        }}
      />
      <Revoke source={source} isOpen={isRevoking} onClose={() => setRevoking(false)} />
    </Part>
  );
}

function Rotate({ source, isOpen, onClose }: { source: Source; isOpen: boolean; onClose: (hasKey: boolean) => void }) {
  const rotate = useRotateSource(source.id);
  const [hours, setHours] = useState("72");
  const until = new Date(Date.now() + Number(hours) * HOUR_MS).toISOString();
  return (
    <Modal
      opened={isOpen}
      onClose={() => onClose(false)}
      title={`Replace the key of ${source.name}?`}
      centered
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <NativeSelect
        label="The old key goes on working for"
        value={hours}
        onChange={(event) => setHours(event.currentTarget.value)}
        data={OVERLAPS}
      />
      <p style={{ marginTop: 12 }}>
        {hours === "0"
          ? "The old key stops at once: whatever still sends with it is answered with 401, and those events are lost unless the sender tries again with the new key."
          : `Both keys work until ${instantText(until)}; then the old one is answered with 401. Change it everywhere before that.`}
      </p>
      {rotate.error ? <Problem error={rotate.error} what="The key could not be replaced." /> : null}
      <div className="row" style={{ justifyContent: "flex-end", marginTop: 16 }}>
        <Button variant="default" onClick={() => onClose(false)} data-autofocus>
          Leave it
        </Button>
        <Button
          loading={rotate.isPending}
          onClick={() => rotate.mutate(Number(hours), { onSuccess: () => onClose(true) })}
        >
          Make a new key
        </Button>
      </div>
    </Modal>
  );
}

export function Revoke({ source, isOpen, onClose }: { source: Source; isOpen: boolean; onClose: () => void }) {
  const revoke = useRevokeSource(source.id);
  const nGood = source.keys.filter((key) => key.is_valid).length;
  return (
    <AskOnce
      isOpen={isOpen}
      title={`Revoke ${source.name}?`}
      yes="Revoke it"
      isBusy={revoke.isPending}
      onYes={() => revoke.mutate(undefined, { onSuccess: onClose })}
      onNo={onClose}
    >
      {source.kind === "form" ? (
        <p>
          The form and every widget on any page stop at once and for good; who has written can read no answer there.
        </p>
      ) : source.kind === "mentions" ? (
        <p>Nothing is told or looked at any more, at once and for good.</p>
      ) : source.kind === "mqtt" ? (
        <p>The subscription ends at once and for good, and what is published from now on is not taken.</p>
      ) : source.kind === "mail" ? (
        <p>The mailbox is read no more, from now on and for good. Nothing in it changes.</p>
      ) : (
        <p>
          {counted(nGood, "key stops", "keys stop")} working at once and for good. Whatever still sends with{" "}
          {nGood === 1 ? "it" : "them"} is answered with 401, and what it sends from now on is lost.
        </p>
      )}
      <p>
        The {count(source.n_accepted)} events it sent stay. To take more of it, make a new source under another name.
      </p>
      {revoke.error ? <Problem error={revoke.error} what="The source could not be revoked." /> : null}
    </AskOnce>
  );
}
