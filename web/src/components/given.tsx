// A filter that came with a number's link and has no field of its own: shown, and taken away with one press.
import { useUrl } from "../scope";

interface GivenProps {
  words: string;
  /** What the address calls it. */
  names: string[];
}

export function Given({ words, names }: GivenProps) {
  const { set } = useUrl();
  return (
    <button
      type="button"
      className="chip"
      style={{ cursor: "pointer", color: "var(--ink)" }}
      aria-label={`Take away the filter: ${words}`}
      onClick={() => set(Object.fromEntries(names.map((name) => [name, null])))}
    >
      {words} <span aria-hidden="true">×</span>
    </button>
  );
}
