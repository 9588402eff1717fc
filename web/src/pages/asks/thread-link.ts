// Where a thread opens: beside the queue, with all that is asked for kept.
import { useUrl } from "../../scope";

export function useThreadLink(): (thread: string) => { search: string } {
  const { params } = useUrl();
  return (thread) => {
    const next = new URLSearchParams(params);
    next.set("thread", thread);
    return { search: next.toString() };
  };
}
