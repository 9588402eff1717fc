// Models: how each did on time it had not seen, beside what one would do without any, and what the best is not good for.
import { useModels } from "../../api/models";
import type { Models as ModelsData } from "../../api/types";
import { PageTop } from "../../components/page-top";
import { Part } from "../../components/part";
import { Sentence } from "../../components/sentence";
import { Answer, useTitle } from "../../components/states";
import { count, dayText, percent } from "../../format";
import { useScope } from "../../scope";
import { CalibrationPart } from "./calibration";
import { CellsPart } from "./cells";
import { ComparisonPart } from "./comparison";
import { ParametersPart } from "./parameters";

export function Models() {
  useTitle("Models");
  const { scope } = useScope();
  const models = useModels(scope);
  return (
    <>
      <PageTop on={models.data?.on} hasSince={false} />
      <Answer query={models} what="The models could not be compared." height={420}>
        {(data) => <Body data={data} />}
      </Answer>
    </>
  );
}

/** What was done, in a sentence: who was seen, until when, and what happened after. */
export function setUpWords(data: ModelsData): string {
  const what = data.basis === "activity" ? ["were active", "active days"] : ["had bought", "days of purchase"];
  const people = `${count(data.n_people)} people${data.one_of > 1 ? ` (one in ${count(data.one_of)})` : ""}`;
  return (
    `${people} who ${what[0]} by ${dayText(data.split)} were shown to each model, and their ` +
    `${count(data.n_actual)} ${what[1]} from then to ${dayText(data.end)} were not: ${percent(data.active_share)} of ` +
    "them came again."
  );
}

function Body({ data }: { data: ModelsData }) {
  const chosen = data.models.find((model) => model.name === data.chosen) ?? data.models[0];
  return (
    <>
      <h1>
        <Sentence pieces={data.sentence} />
      </h1>
      {data.n_people === 0 ? (
        <p className="sub">
          Nobody {data.basis === "activity" ? "had come" : "had bought"} early enough to hold anything out. Choose a
          later day.
        </p>
      ) : (
        <>
          <p className="sub">{setUpWords(data)}</p>
          <ComparisonPart data={data} />
          {chosen ? <CalibrationPart model={chosen} /> : null}
          <Part title="What it is not good for">
            <ul>
              {data.cautions.map((caution) => (
                <li key={caution}>{caution}</li>
              ))}
            </ul>
          </Part>
          {data.in_use ? (
            <Part title="In use now">
              <p className="finding">
                {data.in_use}, fitted to everything known by {dayText(data.on)}.
              </p>
            </Part>
          ) : null}
          <ParametersPart data={data} />
          {chosen && data.earlier ? <CellsPart model={chosen} from={data.earlier} to={data.split} /> : null}
        </>
      )}
    </>
  );
}
