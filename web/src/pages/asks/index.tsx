// Asks: who waits for an answer, what is due first first; a thread is read and answered beside the queue.
import { useAskCounts, useAskNews } from "../../api/asks";
import type { AskCounts, AskQuery } from "../../api/types";
import { Choice, type Option, Switch } from "../../components/choice";
import { layerWord } from "../../components/layers";
import { SearchField } from "../../components/search-field";
import { Answer, useTitle } from "../../components/states";
import { useUrl } from "../../scope";
import { Found, Queue } from "./queue";
import { ThreadView } from "./thread";
import { headline, VIEWS } from "./words";

/** The view of a list that a number of Answers opens; its address says which asks. */
const LIST = "list";
const FILTER_NAMES = ["class", "layer", "language", "source", "person"] as const;
const LIST_NAMES = [
  ...FILTER_NAMES,
  "state",
  "overdue",
  "late",
  "peer",
  "acknowledged",
  "staff",
  "asker",
  "from",
  "to",
] as const;
const VIEW_CHOICES: Option[] = VIEWS.map(({ view, word }) => ({ value: view, word }));

export function Asks() {
  useTitle("Asks");
  useAskNews();
  const { params } = useUrl();
  const brand = params.get("brand") ?? undefined;
  const counts = useAskCounts(brand);
  const thread = params.get("thread");
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

function Body({ counts, brand }: { counts: AskCounts; brand: string | undefined }) {
  const { params } = useUrl();
  const view = VIEWS.find((one) => one.view === (params.get("view") ?? "")) ?? VIEWS[0];
  const isList = params.get("view") === LIST;
  const query: AskQuery = { ...(isList ? {} : view?.query), brand };
  for (const name of isList ? LIST_NAMES : FILTER_NAMES) {
    const value = params.get(name);
    if (value) query[name] = value;
  }
  const q = (params.get("q") ?? "").trim();
  return (
    <>
      <Filters counts={counts} view={isList ? LIST : (view?.view ?? "")} />
      {q === "" ? <Queue query={query} isEverything={counts.brands.length === 0} /> : <Found q={q} />}
    </>
  );
}

function Filters({ counts, view }: { counts: AskCounts; view: string }) {
  const { params } = useUrl();
  const choices = (rows: AskCounts["class"], word = (value: string) => value) =>
    rows.filter(({ value }) => value !== "").map(({ value, n }) => ({ value, word: `${word(value)} (${n})` }));
  const value = (name: string) => params.get(name) ?? undefined;
  return (
    <search className="filters">
      <SearchField label="Words in what was said" value={value("q") ?? ""} />
      <Switch name="view" label="show" value={view} choices={VIEW_CHOICES} />
      {counts.brands.length < 2 ? null : (
        <Choice
          name="brand"
          label="Brand"
          any="all brands"
          value={value("brand")}
          choices={counts.brands.map(({ object, n_open }) => ({ value: object, word: `${object} (${n_open})` }))}
        />
      )}
      <Choice name="class" label="Class" any="every class" value={value("class")} choices={choices(counts.class)} />
      <Choice
        name="layer"
        label="Layer"
        any="every layer"
        value={value("layer")}
        choices={choices(counts.layer, layerWord)}
      />
      {counts.language.length < 2 ? null : (
        <Choice
          name="language"
          label="Language"
          any="every language"
          value={value("language")}
          choices={choices(counts.language)}
        />
      )}
      {counts.source.length < 2 ? null : (
        <Choice
          name="source"
          label="Source"
          any="every source"
          value={value("source")}
          choices={choices(counts.source)}
        />
      )}
    </search>
  );
}
