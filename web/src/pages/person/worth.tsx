// What somebody is worth: what they brought, what is expected of them, and what is lost if they are gone.
import type { Dispute, PersonStanding, WhyOf } from "../../api/types";
import { count, decimal, percent, roundMoney } from "../../format";
import { QUADRANT_ABOUT, QUADRANT_WORDS, wordOf } from "../../words";
import { Value } from "./value";

export function WorthValues({ standing, dispute }: { standing: PersonStanding; dispute?: Dispute }) {
  const { worth, currency } = standing;
  const of: WhyOf = "worth";
  if (worth === null) return null;
  const days = Math.round(worth.expected * 10) / 10;
  const coming = worth.contract ? "renewals" : "days of coming";
  return (
    <>
      <Value name="Chance to be here" of={of} dispute={dispute} value={percent(worth.p_alive)}>
        <span className="unseen">likely still there, </span>
        {worth.contract ??
          `after ${count(worth.n_purchases)} ${worth.n_purchases === 1 ? "day" : "days"} of coming, by the model`}
      </Value>
      <Value name="Year ahead" of={of} value={roundMoney(worth.potential_minor, currency)}>
        expected, from {days === 0 && worth.expected > 0 ? "less than 0.1" : decimal(days)} more {coming}
      </Value>
      <Value name="At risk" of={of} value={roundMoney(worth.at_risk_minor, currency)}>
        of the year ahead, by the chance that they {worth.contract ? "do not renew" : "are gone"}
      </Value>
      <Value name="Behind and ahead" of={of} isWord value={wordOf(QUADRANT_WORDS, worth.quadrant)}>
        {wordOf(QUADRANT_ABOUT, worth.quadrant)}
      </Value>
    </>
  );
}
