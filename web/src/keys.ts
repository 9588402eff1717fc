// Keys: which presses are ours, and walking through lists with j and k. Single keys can be switched off, for those who
// speak to their machine or strike keys by accident.
import { useHotkeys, useLocalStorage } from "@mantine/hooks";

/** Whether single letters act; kept by this browser. */
export function useSingleKeys() {
  return useLocalStorage({ key: "parlour-single-keys", defaultValue: true, getInitialValueInEffect: false });
}

/** Moves the focus to the next or previous walkable line of the page, in reading order, from the one that has it or is open. */
export function walk(step: 1 | -1): void {
  const lines = [...document.querySelectorAll<HTMLElement>("main [data-walk]")];
  if (lines.length === 0) return;
  const focused = lines.indexOf(document.activeElement as HTMLElement);
  const now = focused < 0 ? lines.findIndex((line) => line.closest("[aria-current=true]")) : focused;
  const next = now < 0 ? (step > 0 ? 0 : lines.length - 1) : Math.min(lines.length - 1, Math.max(0, now + step));
  lines[next]?.focus();
  lines[next]?.scrollIntoView({ block: "nearest" });
}

/** A dialog lies over the page: what is behind it is nobody's to press. */
function isCovered(): boolean {
  return document.querySelector("[role=dialog][aria-modal=true]") !== null;
}

/** Single letters that act, unless they are switched off, somebody writes, or a dialog is open. */
export function useLetters(letters: [string, () => void][]): void {
  const [hasSingle] = useSingleKeys();
  useHotkeys(hasSingle ? letters.map(([letter, act]) => [letter, () => (isCovered() ? undefined : act())]) : []);
}

interface Acts {
  openPalette: () => void;
  openHelp: () => void;
}

export function useKeys({ openPalette, openHelp }: Acts) {
  useHotkeys([["mod+K", openPalette]], []);
  useLetters([
    ["j", () => walk(1)],
    ["k", () => walk(-1)],
    ["shift+?", openHelp],
    ["?", openHelp],
    ["/", () => document.querySelector<HTMLInputElement>("main input[type=search]")?.focus()],
  ]);
}
