// Signing out: the session ends on the server, what was read is forgotten here, and the sign-in page explains the rest.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { useSignOut } from "../api/session";

export function useLeave(): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = useSignOut();
  return () =>
    signOut.mutate(undefined, {
      onSettled: () => {
        navigate("/sign-in?left=1", { replace: true });
        client.clear();
      },
    });
}
