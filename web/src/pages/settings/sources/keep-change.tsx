// The end of a form that changes a source: what went wrong, the button, and that it was kept.
import { Button } from "@mantine/core";
import type { useUpdateSource } from "../../../api/sources";
import { Problem } from "../../../components/states";

interface KeepChangeProps {
  update: ReturnType<typeof useUpdateSource>;
  /** Whether there is anything to keep; where that is not known, there may be. */
  isChanged?: boolean;
}

export function KeepChange({ update, isChanged }: KeepChangeProps) {
  return (
    <>
      {update.error ? <Problem error={update.error} what="The change could not be kept." /> : null}
      <div className="row">
        <Button type="submit" variant="default" disabled={isChanged === false} loading={update.isPending}>
          Keep the change
        </Button>
        <span className="fine" aria-live="polite">
          {update.isSuccess && !isChanged ? "Kept." : ""}
        </span>
      </div>
    </>
  );
}
