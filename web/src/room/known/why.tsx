// Why a value of one's standing is what it is, in the words that staff read.
import { useState } from "react";
import type { Why, WhyOf } from "../../api/types";
import { Amount, dated, folded, unitWords } from "../../components/amount";
import { Answer } from "../../components/states";
import { count } from "../../format";
import { useKnownWhy } from "./api";

/** Lines shown before one asks for all. */
const FIRST_LINES = 6;

export function WhyOfMine({ of, object }: { of: WhyOf; object: string }) {
  const why = useKnownWhy(of, object);
  return (
    <Answer query={why} what="The arithmetic could not be read." height={80}>
      {(data) => <Arithmetic why={data} />}
    </Answer>
  );
}

function Arithmetic({ why }: { why: Why }) {
  const [isWhole, setWhole] = useState(false);
  const lines = isWhole ? why.contributions : folded(why.contributions, FIRST_LINES);
  return (
    <div data-why={why.of}>
      <p>
        <b>{why.value}</b> {why.sentence}
      </p>
      {why.contributions.length === 0 ? null : (
        <table className="known-sum">
          <caption>What adds up to it, in {unitWords(why.unit)}</caption>
          <tbody>
            {lines.map((part, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: contributions have no other name than their rank
              <tr key={at}>
                <th scope="row">
                  {part.label} <small>{dated(part)}</small>
                </th>
                <td data-amount={part.amount}>
                  <Amount amount={part.amount} unit={why.unit} />
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Together</th>
              <td data-total={why.total}>
                <Amount amount={why.total} unit={why.unit} />
              </td>
            </tr>
          </tfoot>
        </table>
      )}
      {lines.length < why.contributions.length ? (
        <button type="button" className="known-link" onClick={() => setWhole(true)}>
          all {count(why.contributions.length)}
        </button>
      ) : null}
      {why.steps.length === 0 ? null : (
        <table className="known-sum steps">
          <caption>The arithmetic, in order</caption>
          <tbody>
            {why.steps.map((step, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other name than their order
              <tr key={at}>
                <th scope="row">{step.label}</th>
                <td>{step.value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
