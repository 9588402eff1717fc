// A brand in the fediverse: what it is called there, and where it answers.
import { useQuery } from "@tanstack/react-query";
import type { Source } from "../../../api/types";
import { Copyable } from "../../../components/copyable";
import { Part } from "../../../components/part";
import { count } from "../../../format";

/** The actor as other servers read it, and how many follow it. */
async function read(name: string): Promise<{ id: string; nFollowers: number }> {
  const path = `/fediverse/${encodeURIComponent(name)}`;
  const [actor, followers] = await Promise.all([fetch(path), fetch(`${path}/followers`)]);
  if (!actor.ok || !followers.ok) throw new Error(`the actor cannot be read (${actor.status})`);
  return { id: (await actor.json()).id, nFollowers: (await followers.json()).totalItems };
}

export function FediverseSource({ source }: { source: Source }) {
  const actor = useQuery({ queryKey: ["fediverse", source.name], queryFn: () => read(source.name) });
  if (!actor.data) {
    return actor.error ? (
      <Part title="Its address">
        <p className="sub">
          Nobody can reach it: set <code>delivery.desk</code> in <code>parlour.toml</code> to where this server is
          reached.
        </p>
      </Part>
    ) : null;
  }
  const { id, nFollowers } = actor.data;
  const handle = `@${source.name}@${new URL(id).host}`;
  return (
    <Part title="Its address">
      <Copyable text={handle} label="what it is called there" />
      <p className="fine">
        Look for this name on any server of the fediverse, and mention it: what asks something is under Asks, and an
        answer there is a reply to them. {nFollowers === 0 ? "Nobody follows it yet" : `${count(nFollowers)} follow it`}
        ; its page for other servers is <a href={id}>{id}</a>.
      </p>
    </Part>
  );
}
