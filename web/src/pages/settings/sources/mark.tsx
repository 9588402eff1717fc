// Whether a source was heard of: a check mark once its first event has come, a cross where a broker cannot be listened to,
// and a word beside it.
import type { Source } from "../../../api/types";
import { ago } from "../../../format";

type Heard = Pick<Source, "first_event_at" | "last_event_at" | "revoked_at" | "broker">;

export function HeardMark({ source }: { source: Heard }) {
  if (source.revoked_at !== null) {
    return (
      <span className="neg nowrap">
        <span aria-hidden="true">×</span> revoked
      </span>
    );
  }
  if (source.broker?.is_connected === false) {
    return (
      <span className="neg nowrap">
        <span aria-hidden="true">×</span> not connected
      </span>
    );
  }
  if (source.first_event_at === null) {
    return (
      <span className="fine nowrap">
        <span aria-hidden="true">○</span> nothing yet
      </span>
    );
  }
  return (
    <span className="nowrap">
      <span className="pos" aria-hidden="true">
        ✓
      </span>{" "}
      {source.last_event_at ? ago(source.last_event_at) : "heard"}
    </span>
  );
}
