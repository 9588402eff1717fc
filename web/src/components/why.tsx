// Why a value is what it is: a sentence, the contributions, largest first, that add up to it, and the steps of the arithmetic.

import { Button, Drawer } from "@mantine/core";
import { useState } from "react";
import { useWhy } from "../api/person";
import type { Contribution, Why, WhyOf } from "../api/types";
import { downloadCsv } from "../csv";
import { count, dayText } from "../format";
import { useUrl } from "../scope";
import { Amount, dated, folded, unitWords } from "./amount";
import { CsvButton } from "./csv-button";
import { Answer } from "./states";

const NAMES: Record<WhyOf, string> = {
  involvement: "involvement",
  degree: "degree",
  kind: "kind",
  cell: "cell",
  direction: "direction",
  rhythm: "own rhythm",
  stage: "stage",
  value: "value",
  worth: "worth",
};

interface WhyDrawerProps {
  person: string;
  name: string;
  object: string;
  on: string;
}

export function WhyDrawer({ person, name, object, on }: WhyDrawerProps) {
  const { params, set } = useUrl();
  const asked = params.get("why");
  const of = asked && asked in NAMES ? (asked as WhyOf) : null;
  const why = useWhy(person, of, { object, on });
  return (
    <Drawer
      opened={of !== null}
      onClose={() => set({ why: null, who: null }, { keepsPage: true })}
      position="right"
      size={520}
      title={of ? `Why: ${NAMES[of]} of ${name}, ${dayText(on)}` : ""}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {of === null ? null : (
        <Answer query={why} what="The arithmetic could not be read." height={240}>
          {(data) => <Arithmetic why={data} person={person} />}
        </Answer>
      )}
    </Drawer>
  );
}

/** Lines shown before the reader asks for all. */
const FIRST_LINES = 12;

function Bar({ amount, largest }: { amount: number; largest: number }) {
  const width = largest === 0 ? 0 : (Math.abs(amount) / largest) * 100;
  return (
    <span className="bar" aria-hidden="true">
      <i className={amount < 0 ? "less" : undefined} style={{ width: `${width}%` }} />
    </span>
  );
}

function Line({ part, largest, unit }: { part: Contribution; largest: number; unit: string }) {
  return (
    <li>
      <span>
        {part.label} <small>{dated(part)}</small>
      </span>
      <span className="n" data-amount={part.amount}>
        <Amount amount={part.amount} unit={unit} />
      </span>
      <Bar amount={part.amount} largest={largest} />
    </li>
  );
}

function Arithmetic({ why, person }: { why: Why; person: string }) {
  const [isWhole, setWhole] = useState(false);
  const lines = isWhole ? why.contributions : folded(why.contributions, FIRST_LINES);
  const largest = Math.max(0, ...lines.map((part) => Math.abs(part.amount)));
  const save = () =>
    downloadCsv(
      `why ${why.of} ${person}`,
      ["what", "detail", "day", `amount in ${why.unit}`],
      [
        ...why.contributions.map((part) => [part.label, part.detail, part.day, part.amount]),
        ["total", "", "", why.total],
      ],
    );
  return (
    <div data-why={why.of}>
      <p style={{ font: "500 26px/1.25 var(--serif)", marginBottom: 4 }}>{why.value}</p>
      <p className="sub">{why.sentence}</p>
      {why.contributions.length === 0 ? null : (
        <section className="part" style={{ marginTop: 16 }}>
          <header>
            <h2>What adds up to it</h2>
            <div className="does">
              <span>{unitWords(why.unit)}</span>
              <CsvButton of="The contributions" onSave={save} />
            </div>
          </header>
          <ul className="bars">
            {lines.map((part, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: contributions have no other name than their rank
              <Line key={at} part={part} largest={largest} unit={why.unit} />
            ))}
            <li className="total">
              <span>Total</span>
              <span className="n" data-total={why.total}>
                <Amount amount={why.total} unit={why.unit} /> {unitWords(why.unit)}
              </span>
            </li>
          </ul>
          {lines.length < why.contributions.length ? (
            <Button size="compact-sm" variant="default" onClick={() => setWhole(true)}>
              Show all {count(why.contributions.length)}
            </Button>
          ) : null}
        </section>
      )}
      {why.steps.length === 0 ? null : (
        <section className="part" style={{ marginTop: 8 }}>
          <header>
            <h2>The arithmetic, in order</h2>
          </header>
          <table className="tight">
            <tbody>
              {why.steps.map((step, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other name than their order
                <tr key={at}>
                  <td>{step.label}</td>
                  <td className="n" style={{ whiteSpace: "normal" }}>
                    {step.value}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}
