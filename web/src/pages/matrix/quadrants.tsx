// Two by two: who brought much in the year behind, and who is expected to in the year ahead; each number opens its people.

import { Fragment } from "react";
import { Link } from "react-router";
import { useQuadrants } from "../../api/quadrants";
import type { Quadrant } from "../../api/types";
import { CsvButton } from "../../components/csv-button";
import { Part } from "../../components/part";
import { Answer } from "../../components/states";
import { downloadCsv } from "../../csv";
import { count } from "../../format";
import { useScope } from "../../scope";
import { QUADRANT_ABOUT, QUADRANT_WORDS } from "../../words";

const SIDES: { word: string; cells: Quadrant[] }[] = [
  { word: "brought much", cells: ["fading", "best"] },
  { word: "brought little", cells: ["low", "promising"] },
];

export function Quadrants({ on }: { on: string }) {
  const { scope, to } = useScope();
  const quadrants = useQuadrants(scope);
  const { data } = quadrants;
  const save = () =>
    data &&
    downloadCsv(
      `value behind and ahead ${on}`,
      ["quadrant", "words", "people"],
      data.rows.map(({ quadrant, n }) => [quadrant, QUADRANT_WORDS[quadrant], n]),
    );
  return (
    <Part
      title="What they brought in the year behind, and what is expected of the year ahead"
      does={<CsvButton of="Value behind and ahead" onSave={save} isDisabled={!data} />}
    >
      <Answer query={quadrants} what="The values could not be read." height={140}>
        {({ rows }) => (
          <div className="boxes large two" data-quadrants="">
            <span className="head corner" />
            <span className="head">little ahead</span>
            <span className="head">much ahead</span>
            {SIDES.map(({ word, cells }) => (
              <Fragment key={word}>
                <span className="side">{word}</span>
                {cells
                  .flatMap((cell) => rows.filter(({ quadrant }) => quadrant === cell))
                  .map(({ quadrant, n, list }) => (
                    <span key={quadrant}>
                      <strong>
                        <Link className="link" to={to("/people", list)} data-list="">
                          {count(n)}
                        </Link>
                      </strong>
                      <small>{QUADRANT_ABOUT[quadrant]}</small>
                    </span>
                  ))}
              </Fragment>
            ))}
          </div>
        )}
      </Answer>
      <p className="fine">“Much” is more than the mean of everybody the model has a say about.</p>
    </Part>
  );
}
