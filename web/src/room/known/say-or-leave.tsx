// What ends a small form about what is known: it is said, or left.
import { Button } from "@mantine/core";

export function SayOrLeave({ isPending, onLeave }: { isPending: boolean; onLeave: () => void }) {
  return (
    <div className="row">
      <Button type="submit" loading={isPending}>
        Say so
      </Button>
      <Button variant="subtle" onClick={onLeave}>
        Leave it
      </Button>
    </div>
  );
}
