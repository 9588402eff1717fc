// Whether a source was heard of: a check mark once its first event has come, and a word beside it.
import type { Source } from "../../../api/types";
import { ago } from "../../../format";

export function HeardMark({ source }: { source: Pick<Source, "first_event_at" | "last_event_at" | "revoked_at"> }) {
  if (source.revoked_at !== null) {
    return (
      <span className="neg nowrap">
        <span aria-hidden="true">×</span> revoked
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
