// Words to look for; the address has them once somebody stops typing, and nothing of it is written before.
import { TextInput, type TextInputProps } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useUrl } from "../scope";

const SETTLE_MS = 300;

interface SearchFieldProps extends Pick<TextInputProps, "size" | "w"> {
  label: string;
  /** What the address has. */
  value: string;
}

export function SearchField({ label, value, ...looks }: SearchFieldProps) {
  const { set } = useUrl();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const settle = useDebouncedCallback((q: string) => set({ q }), SETTLE_MS);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        settle(event.currentTarget.value);
      }}
      {...looks}
    />
  );
}
