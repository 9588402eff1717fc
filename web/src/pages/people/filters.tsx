// What narrows the list, and in what order it stands.

import type { ReactNode } from "react";
import type { PeopleQuery, PeopleSort } from "../../api/types";
import { Choice } from "../../components/choice";
import { CsvButton } from "../../components/csv-button";
import { Given } from "../../components/given";
import { SearchField } from "../../components/search-field";
import { AudienceChoice, LayerChoice } from "../../components/slice-picker";
import { SortChoice } from "../../components/sort-choice";
import { dayShort, periodText } from "../../format";
import { FILTERS } from "../../people-query";
import { useUrl } from "../../scope";
import {
  BASE_WORDS,
  CELL_WORDS,
  CELLS,
  CHANGE_WORDS,
  DIRECTIONS,
  engagedByWords,
  FLOW_WORDS,
  FLOWS,
  PERIOD_FLOW_WORDS,
  QUADRANT_WORDS,
  QUADRANTS,
  STAGE_WORDS,
  STAGES,
  wordOf,
} from "../../words";

/** The filters that come with a number's link and have no field of their own. */
function givenBy(query: PeopleQuery): { words: string; names: string[] }[] {
  const given = [];
  if (query.from || query.to) {
    given.push({ words: `${query.from ?? "anywhere"} → ${query.to ?? "anywhere"}`, names: ["from", "to"] });
  }
  if (query.period && query.base && query.change) {
    const words = `${wordOf(BASE_WORDS, query.base)}: ${wordOf(CHANGE_WORDS, query.change)}, ${periodText(query.period)}`;
    given.push({ words, names: ["by", "period", "base", "change"] });
  } else if (query.period) {
    const flow = wordOf(PERIOD_FLOW_WORDS, query.period_flow ?? "active");
    given.push({ words: `${flow}, ${periodText(query.period)}`, names: ["by", "period", "period_flow"] });
  }
  const yesNo = [
    { name: "engaged", yes: "engaged", no: "not engaged" },
    { name: "customer", yes: "customers", no: "not customers" },
  ] as const;
  for (const { name, yes, no } of yesNo) {
    if (query[name]) given.push({ words: query[name] === "true" ? yes : no, names: [name] });
  }
  if (query.acquired) {
    given.push({ words: `first came in ${periodText(query.acquired)}`, names: ["acquired", "acquired_by"] });
  }
  if (query.last_from) given.push({ words: `seen since ${dayShort(query.last_from)}`, names: ["last_from"] });
  if (query.due_from) given.push({ words: `due since ${dayShort(query.due_from)}`, names: ["due_from"] });
  if (query.engaged_by) given.push({ words: engagedByWords(query.engaged_by), names: ["engaged_by"] });
  return given;
}

const SORTS: PeopleSort[] = [
  "degree",
  "value",
  "potential",
  "at_risk",
  "p_alive",
  "kind",
  "p_falling",
  "n_days",
  "first_day",
  "last_day",
  "due_day",
];

interface FiltersProps {
  query: PeopleQuery;
  onCsv: () => void;
  /** What else can be done with the list. */
  does?: ReactNode;
}

export function Filters({ query, onCsv, does }: FiltersProps) {
  const { set } = useUrl();
  const hasAny = FILTERS.some((name) => query[name]);
  return (
    <search className="filters">
      <SearchField label="Name or id" value={query.q ?? ""} size="xs" w={210} />
      <Choice
        name="cell"
        label="cell"
        any="any"
        value={query.cell}
        choices={CELLS.map((cell) => ({ value: cell, word: `${cell} ${CELL_WORDS[cell]}` }))}
      />
      <Choice
        name="stage"
        label="stage"
        any="any"
        value={query.stage}
        choices={STAGES.map((stage) => ({ value: stage, word: STAGE_WORDS[stage] }))}
      />
      <Choice
        name="direction"
        label="direction"
        any="any"
        value={query.direction}
        choices={DIRECTIONS.map((direction) => ({ value: direction, word: direction }))}
      />
      <Choice
        name="flow"
        label="since then"
        any="any"
        value={query.flow}
        choices={FLOWS.map((flow) => ({ value: flow, word: FLOW_WORDS[flow] }))}
      />
      <Choice
        name="leaving"
        label="leaving"
        any="any"
        value={query.leaving}
        choices={[
          { value: "true", word: "on their way out" },
          { value: "false", word: "not" },
        ]}
      />
      <Choice
        name="quadrant"
        label="worth"
        any="any"
        value={query.quadrant}
        choices={QUADRANTS.map((quadrant) => ({ value: quadrant, word: QUADRANT_WORDS[quadrant] }))}
      />
      <LayerChoice value={query.layer} />
      <AudienceChoice value={query.audience} />
      {givenBy(query).map((given) => (
        <Given key={given.words} {...given} />
      ))}
      <span className="row" style={{ marginLeft: "auto" }}>
        <SortChoice query={query} any="as listed" sorts={SORTS} value={query.sort} />
        <span className="does">
          {hasAny ? (
            <button type="button" onClick={() => set(Object.fromEntries(FILTERS.map((name) => [name, null])))}>
              clear
            </button>
          ) : null}{" "}
          <CsvButton of="The people shown," onSave={onCsv} /> {does}
        </span>
      </span>
    </search>
  );
}
