// Before there are people: how to get the first data in, or the sample to look round with.
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link } from "react-router";
import { useJob, useLoadSample } from "../../api/jobs";
import { Copyable } from "../../components/copyable";
import { JobLine } from "../../components/job";
import { May } from "../../components/may";
import { Problem, useTitle } from "../../components/states";
import { useUrl } from "../../scope";

export function Empty({ importLine }: { importLine: string }) {
  useTitle("Welcome");
  const { params, set } = useUrl();
  const load = useLoadSample();
  const client = useQueryClient();
  const asked = params.get("job");
  const job = useJob(asked ? Number(asked) : null);
  const state = job.data?.state;

  useEffect(() => {
    if (state !== "done") return;
    client.invalidateQueries();
    set({ job: null });
  }, [state, client, set]);

  const start = () => load.mutate(undefined, { onSuccess: (started) => set({ job: String(started.id) }) });
  const isRunning = load.isPending || state === "running" || (asked !== null && job.isPending);
  return (
    <div className="empty">
      <h1>Nobody is here yet.</h1>
      <p className="sub">
        Parlour says who is engaged, who is leaving, and what hides it, as soon as it knows what people did. Bring a
        file in from the command line:
      </p>
      <Copyable text={importLine} label="the import command" />
      <p className="sub" style={{ marginTop: 18 }}>
        Or let a site, an app or a service of yours send events as they happen, with the SDK it already uses:{" "}
        <Link to="/settings?tab=sources&source=new">make a source</Link>. This page fills by itself when the first event
        comes.
      </p>
      <p className="sub" style={{ marginTop: 18 }}>
        Or look round first with the sample: the purchases of an early online music shop, from January 1997 to June
        1998, and beside it a shop that is simulated, with layers, complaints and people who leave on known days.
      </p>
      {job.data ? <JobLine job={job.data} /> : null}
      {load.error ? <Problem error={load.error} what="The sample could not be loaded." onRetry={start} /> : null}
      {job.error ? (
        <Problem error={job.error} what="The work could not be followed." onRetry={() => job.refetch()} />
      ) : null}
      {isRunning ? null : (
        <May right="administer">
          <Button onClick={start} mt="sm">
            Load the sample
          </Button>
        </May>
      )}
    </div>
  );
}
