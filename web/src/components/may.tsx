// What is offered to whom: the server refuses what a role is not for, and the pages do not offer it.
import type { ReactNode } from "react";
import { type Right, useRights } from "../api/session";

interface MayProps {
  right: Right;
  /** Whether it is only for those who see all brands. */
  isWhole?: boolean;
  children: ReactNode;
}

export function May({ right, isWhole = false, children }: MayProps) {
  const rights = useRights();
  return rights.has(right) && (rights.isWhole || !isWhole) ? children : null;
}

/** Controls that only owners may use, shown to others as they stand. */
export function OwnersOnly({ what, children }: { what: string; children: ReactNode }) {
  const { has } = useRights();
  if (has("administer")) return children;
  return (
    <fieldset className="plain" disabled>
      <p className="fine">Only owners change {what}.</p>
      {children}
    </fieldset>
  );
}
