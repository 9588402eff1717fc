// For what one's data may be used: three switches, each with what it changes at once, and everything that was said of it.
import { Switch } from "@mantine/core";
import { Problem } from "../../components/states";
import { dayOf, dayText, instantText } from "../../format";
import { useOnline } from "../app";
import type { Consent } from "../types";
import { useConsent } from "./api";
import { PURPOSES, SAID_BY } from "./words";

/** Whether the browser sends the signal of Global Privacy Control. */
function sendsSignal(): boolean {
  return (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
}

export function Uses({ consents }: { consents: Consent[] }) {
  return (
    <>
      {sendsSignal() ? (
        <p className="known-note">
          Your browser sends the Global Privacy Control signal, and it is heard: nothing that concerns you is passed on,
          unless you say otherwise here.
        </p>
      ) : null}
      <ul className="known-uses">
        {consents.map((one) => (
          <Use key={one.purpose} consent={one} />
        ))}
      </ul>
    </>
  );
}

function Use({ consent }: { consent: Consent }) {
  const { purpose, is_given, by, history } = consent;
  const set = useConsent(purpose);
  const isOnline = useOnline();
  const words = PURPOSES[purpose];
  return (
    <li>
      <Switch
        label={words.name}
        description={is_given ? words.given : words.withdrawn}
        checked={is_given}
        disabled={!isOnline}
        onChange={(event) => set.mutate(event.currentTarget.checked)}
      />
      <p className="fine known-since" role="status">
        {set.isPending ? "One moment …" : sinceWords(by)}
      </p>
      {set.error ? <Problem what="It is as it was." error={set.error} /> : null}
      {history.length === 0 ? null : (
        <details>
          <summary>All that was said of it</summary>
          <ul className="plain known-history">
            {history.map((word) => (
              <li key={`${word.at} ${word.is_given}`}>
                {instantText(word.at)}: <b>{word.is_given ? "yes" : "no"}</b>{" "}
                <span className="fine">by {SAID_BY[word.how] ?? word.how}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function sinceWords(by: Consent["by"]): string {
  if (!by) return "Nothing was said of it yet.";
  return `${by.is_given ? "On" : "Off"} since ${dayText(dayOf(by.at))}, said by ${SAID_BY[by.how] ?? by.how}.`;
}
