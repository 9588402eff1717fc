// A box that scrolls inside itself, so that the page never does sideways; it can be reached and moved with the keyboard.
import type { ReactNode } from "react";

interface ScrollBoxProps {
  label: string;
  isCapped?: boolean;
  isNarrow?: boolean;
  children: ReactNode;
}

export function ScrollBox({ label, isCapped, isNarrow, children }: ScrollBoxProps) {
  const names = ["scroll", isCapped && "capped", isNarrow && "narrow"].filter(Boolean).join(" ");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div role="group" className={names} tabIndex={0} aria-label={label}>
      {children}
    </div>
  );
}
