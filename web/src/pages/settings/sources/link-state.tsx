// How it stands with what a source listens to, a broker or a mailbox.
import type { ReactNode } from "react";
import type { SourceLink } from "../../../api/types";
import { Words } from "../../../components/states";
import { ago, instantText } from "../../../format";

interface LinkStateProps {
  link: SourceLink | null;
  /** What is said instead, where there is nothing to listen to yet. */
  missing?: ReactNode;
}

export function LinkState({ link, missing }: LinkStateProps) {
  const isOn = link?.is_connected === true;
  return (
    <div className="heard" data-connected={isOn} aria-live="polite">
      <span className={isOn ? "heard-mark pos" : "heard-mark waiting"} aria-hidden="true">
        {isOn ? "✓" : ""}
      </span>
      <div>{missing ?? <LinkWords link={link} />}</div>
    </div>
  );
}

function LinkWords({ link }: { link: SourceLink | null }) {
  if (link === null) {
    return (
      <p>
        <b>Connecting …</b>
      </p>
    );
  }
  const error = link.error === null ? null : <Words text={link.error} />;
  if (!link.is_connected) {
    return (
      <>
        <p>
          <b className="neg">Not connected</b> since {instantText(link.since)}: {error}.
        </p>
        <p className="fine">It is tried again by itself, at least once a minute, and at once after a change below.</p>
      </>
    );
  }
  return (
    <>
      <p>
        <b>Connected</b> since {instantText(link.since)};{" "}
        {link.last_message_at
          ? `the last message came ${ago(link.last_message_at)}.`
          : "no message has come since then."}
      </p>
      {error ? <p className="fine">What went wrong before that: {error}.</p> : null}
    </>
  );
}
