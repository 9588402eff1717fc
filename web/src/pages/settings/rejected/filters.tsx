// What narrows the rejections, and the files of what is left.
import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { rejectedFile } from "../../../api/rejected";
import type { RejectedCount, RejectedQuery } from "../../../api/types";
import { useUrl } from "../../../scope";
import { spaced } from "../../../words";
import { isFiltered, NO_FILTERS, STATES, sumsBy } from "./query";

const SETTLE_MS = 300;

interface ChoiceProps {
  name: "reason" | "source";
  value: string | undefined;
  names: string[];
}

function Choice({ name, value, names }: ChoiceProps) {
  const { set } = useUrl();
  const all = value && !names.includes(value) ? [value, ...names] : names;
  return (
    <label>
      {name}
      <select value={value ?? ""} onChange={(event) => set({ [name]: event.target.value })}>
        <option value="">any</option>
        {all.map((one) => (
          <option key={one} value={one}>
            {name === "reason" ? spaced(one) : one}
          </option>
        ))}
      </select>
    </label>
  );
}

function DayField({ name, word, value }: { name: "from" | "to"; word: string; value: string | undefined }) {
  const { set } = useUrl();
  return (
    <label>
      {word}
      <input type="date" value={value ?? ""} onChange={(event) => set({ [name]: event.target.value })} />
    </label>
  );
}

function SearchField({ value }: { value: string }) {
  const { set } = useUrl();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const settle = useDebouncedCallback((asked: string) => set({ text: asked }), SETTLE_MS);
  return (
    <TextInput
      type="search"
      size="xs"
      w={210}
      aria-label="In payload or message"
      placeholder="In payload or message"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        settle(event.currentTarget.value);
      }}
    />
  );
}

export function RejectedFilters({ query, counts }: { query: RejectedQuery; counts: RejectedCount[] }) {
  const { set } = useUrl();
  return (
    <search className="filters">
      <SearchField value={query.text ?? ""} />
      <Choice name="source" value={query.source} names={sumsBy(counts, "source").map((row) => row.name)} />
      <Choice name="reason" value={query.reason} names={sumsBy(counts, "reason").map((row) => row.name)} />
      <label>
        state
        <select
          value={query.state ?? "open"}
          onChange={(event) => set({ state: event.target.value === "open" ? null : event.target.value })}
        >
          {STATES.map(({ value, word }) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
      </label>
      <DayField name="from" word="from" value={query.from} />
      <DayField name="to" word="to" value={query.to} />
      <span className="does" style={{ marginLeft: "auto" }}>
        {isFiltered(query) ? (
          <button type="button" onClick={() => set(NO_FILTERS)}>
            clear
          </button>
        ) : null}
        <a href={rejectedFile(query, "csv")} download="rejected.csv">
          CSV
        </a>
        <a href={rejectedFile(query, "jsonl")} download="rejected.jsonl">
          JSON lines
        </a>
      </span>
    </search>
  );
}
