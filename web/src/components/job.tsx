// Long work as one line: how far, how fast, how long yet, and a way to stop it.
import { Button, Progress } from "@mantine/core";
import { useCancelJob } from "../api/jobs";
import type { Job } from "../api/types";
import { count, duration } from "../format";

const STATE_WORDS: Record<string, string> = {
  running: "running",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
  paused: "paused",
};

/** "12,000 per second, 3 s left", from what was done so far. */
export function pace(job: Job): string | null {
  const seconds = (Date.parse(job.updated_at) - Date.parse(job.started_at)) / 1000;
  if (job.state !== "running" || seconds < 0.5 || job.n_done === 0) return null;
  const rate = `${count(job.n_done / seconds)} per second`;
  if (job.position <= 0 || job.total <= job.position) return rate;
  return `${rate}, about ${duration((seconds * (job.total - job.position)) / job.position)} left`;
}

export function JobLine({ job }: { job: Job }) {
  const cancel = useCancelJob();
  const part = job.total > 0 ? Math.min(100, (job.position / job.total) * 100) : job.state === "done" ? 100 : 0;
  const rejected = job.n_rejected > 0 ? `, ${count(job.n_rejected)} rejected` : "";
  return (
    <div>
      <div className="row" style={{ justifyContent: "space-between" }}>
        <span style={{ overflowWrap: "anywhere" }}>
          {job.name} <span className="fine">{STATE_WORDS[job.state] ?? job.state}</span>
        </span>
        {job.state === "running" ? (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => cancel.mutate(job.id)}
            loading={cancel.isPending}
            aria-label={`Cancel ${job.name}`}
          >
            Cancel
          </Button>
        ) : null}
      </div>
      <Progress
        value={part}
        size="sm"
        my={5}
        color={job.state === "failed" ? "var(--neg-deep)" : undefined}
        aria-label={`${job.name}, progress`}
      />
      <div className="fine" aria-live="polite">
        {count(job.n_done)} done{rejected}
        {pace(job) ? ` · ${pace(job)}` : ""}
        {job.message ? ` · ${job.message}` : ""}
      </div>
    </div>
  );
}
