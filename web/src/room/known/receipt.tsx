// The receipt of an erasure, for whoever has its address: it names nobody, and is read without signing in.
import { Button } from "@mantine/core";
import { useEffect } from "react";
import type { ErasureReceipt } from "../../api/types";
import { Copyable } from "../../components/copyable";
import { Answer } from "../../components/states";
import { exactText } from "../../format";
import { ASKED_WORDS, traceLines } from "../../traces";
import { useReceipt } from "./api";
import "./known.css";

export function Receipt({ id }: { id: string }) {
  const receipt = useReceipt(id);
  useEffect(() => {
    document.title = "Receipt · Room";
  }, []);
  return (
    <main className="alone known">
      <Answer query={receipt} what="The receipt could not be read.">
        {(data) => <Told receipt={data} />}
      </Answer>
    </main>
  );
}

function save(receipt: ErasureReceipt): void {
  const file = new Blob([`${JSON.stringify(receipt, null, 2)}\n`], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `parlour-receipt-${receipt.id}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function Told({ receipt }: { receipt: ErasureReceipt }) {
  const { id, asked_at, done_at, how, counts, stays, seal, address } = receipt;
  const lines = traceLines(counts);
  return (
    <>
      <h1>{done_at ? "It is forgotten." : "It is being forgotten."}</h1>
      <p className="sub">
        This is the receipt. It names nobody, and whoever has its address can read it; keep it if you may want to show
        one day that this was done.
      </p>
      <dl className="known-facts">
        <dt>Receipt</dt>
        <dd>
          <code>{id}</code>
        </dd>
        <dt>Asked</dt>
        <dd>
          {exactText(asked_at)}, {ASKED_WORDS[how] ?? how}
        </dd>
        <dt>Done</dt>
        <dd>
          {done_at ? exactText(done_at) : "it is under way, and finished even if the server is stopped meanwhile"}
        </dd>
        <dt>Seal</dt>
        <dd>
          <code>{seal}</code>
          <br />
          <small className="fine">by which this server knows that it wrote this receipt</small>
        </dd>
      </dl>
      <h2 className="part">What went</h2>
      {lines.length === 0 ? (
        <p className="bare">{done_at ? "There was nothing." : "It is still counted."}</p>
      ) : (
        <ul className="known-went">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <h2 className="part">What stays</h2>
      <ul className="known-stays">
        {stays.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
      <h2 className="part">Where it can be read again</h2>
      <Copyable text={address} label="the address of the receipt" />
      <div className="bar no-print">
        <Button onClick={() => save(receipt)}>Save the receipt</Button>
        <Button variant="default" onClick={() => window.print()}>
          Print
        </Button>
        <a href="/room">Leave</a>
      </div>
    </>
  );
}
