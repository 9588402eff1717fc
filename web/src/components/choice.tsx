// One choice of a few, kept in the URL; and the same as a row of words where there are very few.
import type { ReactNode } from "react";
import { useUrl } from "../scope";

export interface Option {
  value: string;
  word: string;
}

interface ChoiceProps {
  /** What the address calls it. */
  name: string;
  label: string;
  value: string | undefined;
  any: string;
  choices: Option[];
  /** What else changes with it. */
  also?: Record<string, string | null>;
}

export function Choice({ name, label, value, any, choices, also }: ChoiceProps) {
  const { set } = useUrl();
  const isKnown = !value || choices.some((choice) => choice.value === value);
  return (
    <label>
      {label}
      <select value={value ?? ""} onChange={(event) => set({ ...also, [name]: event.target.value })}>
        <option value="">{any}</option>
        {isKnown ? null : <option value={value}>{value}</option>}
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.word}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SwitchProps {
  name: string;
  label: string;
  /** The one chosen; the first stands for none in the address. */
  value: string;
  choices: Option[];
  also?: Record<string, string | null>;
}

export function Switch({ name, label, value, choices, also }: SwitchProps): ReactNode {
  const { set } = useUrl();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset's legend does not stand in a line with its buttons
    <span className="does switch" role="group" aria-label={label}>
      <span aria-hidden="true">{label}</span>
      {choices.map((choice, at) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          onClick={() => set({ ...also, [name]: at === 0 ? null : choice.value })}
        >
          {choice.word}
        </button>
      ))}
    </span>
  );
}
