// Asks: who waits for an answer, what is due first first; a thread is read and answered beside the queue.
import { useEffect, useRef } from "react";
import { useAskCounts, useAskNews } from "../../api/asks";
import type { AskCounts, AskQuery } from "../../api/types";
import { Choice, type Option, Switch } from "../../components/choice";
import { Given } from "../../components/given";
import { layerWord } from "../../components/layers";
import { SearchField } from "../../components/search-field";
import { Answer, useTitle } from "../../components/states";
import { useUrl } from "../../scope";
import { Found, Queue } from "./queue";
import { ThreadView } from "./thread";
import { givenWords, headline, VIEWS } from "./words";

/** The view of a list that a number of Answers opens; its address says which asks. */
const LIST = "list";
/** What narrows the queue and has a field for it; what has none, and comes with a link; and what a list has besides. */
const FIELD_NAMES = ["class", "layer", "language", "source"] as const;
const LINKED_NAMES = ["person"] as const;
const LIST_NAMES = ["state", "overdue", "late", "peer", "acknowledged", "staff", "asker", "from", "to"] as const;
const VIEW_CHOICES: Option[] = VIEWS.map(({ view, word }) => ({ value: view, word }));

export function Asks() {
  useTitle("Asks");
  useAskNews();
  const { params } = useUrl();
  const brand = params.get("brand") ?? undefined;
  const counts = useAskCounts(brand);
  const thread = params.get("thread");
  useFocusBack(thread);
  return (
    <>
      <div className="top">
        <span>{brand ?? "All brands"}</span>
      </div>
      <Answer query={counts} what="The asks could not be read." height={300}>
        {(data) => (
          <div className={thread ? "asks has-thread" : "asks"}>
            <div className="asks-queue">
              <h1>{headline(data)}</h1>
              <Body counts={data} brand={brand} />
            </div>
            {thread ? <ThreadView key={thread} thread={thread} /> : null}
          </div>
        )}
      </Answer>
    </>
  );
}

/** Where a thread was closed, the focus goes back to its line, or to the page where that has left the queue. */
function useFocusBack(thread: string | null) {
  const before = useRef(thread);
  useEffect(() => {
    if (before.current && !thread) {
      const line = document.querySelector<HTMLElement>(`main [data-thread="${CSS.escape(before.current)}"]`);
      (line ?? document.querySelector<HTMLElement>("main"))?.focus();
    }
    before.current = thread;
  }, [thread]);
}

function Body({ counts, brand }: { counts: AskCounts; brand: string | undefined }) {
  const { params } = useUrl();
  const view = VIEWS.find((one) => one.view === (params.get("view") ?? "")) ?? VIEWS[0];
  const isList = params.get("view") === LIST;
  const query: AskQuery = { ...(isList ? {} : view?.query), brand };
  const linked = isList ? [...LINKED_NAMES, ...LIST_NAMES] : LINKED_NAMES;
  for (const name of [...FIELD_NAMES, ...linked]) {
    const value = params.get(name);
    if (value) query[name] = value;
  }
  const q = (params.get("q") ?? "").trim();
  return (
    <>
      <Filters counts={counts} view={isList ? LIST : (view?.view ?? "")} linked={linked} />
      {q === "" ? <Queue query={query} isEverything={counts.brands.length === 0} /> : <Found q={q} />}
    </>
  );
}

/** What the queue is narrowed by, with a choice for each that leaves one. */
const NARROWED: { name: (typeof FIELD_NAMES)[number]; label: string; word?: (value: string) => string }[] = [
  { name: "class", label: "Class" },
  { name: "layer", label: "Layer", word: layerWord },
  { name: "language", label: "Language" },
  { name: "source", label: "Source" },
];

interface FiltersProps {
  counts: AskCounts;
  view: string;
  /** What may be asked for besides the fields. */
  linked: readonly (keyof AskQuery)[];
}

function Filters({ counts, view, linked }: FiltersProps) {
  const { params } = useUrl();
  const chosen = (name: string) => params.get(name) ?? undefined;
  const brands = counts.brands.map(({ object, n_open }) => ({ value: object, word: `${object} (${n_open})` }));
  return (
    <search className="filters">
      <SearchField label="Words in what was said" value={chosen("q") ?? ""} />
      <Switch name="view" label="show" value={view} choices={VIEW_CHOICES} />
      {brands.length < 2 && !chosen("brand") ? null : (
        <Choice name="brand" label="Brand" any="all brands" value={chosen("brand")} choices={brands} />
      )}
      {NARROWED.map(({ name, label, word = (value) => value }) => {
        const choices = counts[name]
          .filter(({ value }) => value !== "")
          .map(({ value, n }) => ({ value, word: `${word(value)} (${n})` }));
        if (choices.length < 2 && !chosen(name)) return null;
        const any = `every ${label.toLowerCase()}`;
        return <Choice key={name} name={name} label={label} any={any} value={chosen(name)} choices={choices} />;
      })}
      {linked.map((name) => {
        const words = givenWords(name, chosen(name) ?? "");
        return words === "" ? null : <Given key={name} words={words} names={[name]} />;
      })}
    </search>
  );
}
