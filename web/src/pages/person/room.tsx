// A room for this person: a link that makes them a member, with what is known of them.
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { RoomInvitation } from "../../api/types";
import { Copyable } from "../../components/copyable";
import { May } from "../../components/may";
import { Part } from "../../components/part";
import { Problem } from "../../components/states";

export function InviteToRoom({ person }: { person: string }) {
  const invite = useMutation({ mutationFn: () => api.post<RoomInvitation>("/members/invitations", { person }) });
  return (
    <May right="administer" isWhole>
      <Part title="A room of their own">
        {invite.data ? (
          <>
            <p className="fine">
              Hand this link to them, and to nobody else: whoever opens it first becomes this person.
            </p>
            <Copyable text={invite.data.link} label="the link to the room" />
          </>
        ) : (
          <Button size="compact-sm" variant="default" onClick={() => invite.mutate()} loading={invite.isPending}>
            Make a link that opens a room
          </Button>
        )}
        {invite.error ? <Problem error={invite.error} /> : null}
      </Part>
    </May>
  );
}
