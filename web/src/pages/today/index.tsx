// Today: is the engaged base growing, does acquisition hide a loss, who fell, and who is due.

import { Link } from "react-router";
import { useToday } from "../../api/today";
import type { Today as TodayData } from "../../api/types";
import { LayerBar } from "../../components/layers";
import { MatrixGrid } from "../../components/matrix-grid";
import { PageTop } from "../../components/page-top";
import { Part } from "../../components/part";
import { PersonLines } from "../../components/person-lines";
import { Sentence } from "../../components/sentence";
import { Answer, useTitle } from "../../components/states";
import { count, dayBeside, dayPlus, dayShort, daysBetween, standingOf } from "../../format";
import { useScope } from "../../scope";
import { STAGE_ABOUT, STAGE_WORDS, wordOf } from "../../words";
import { Movement } from "./movement";

export function Today() {
  useTitle("Today");
  const { scope } = useScope();
  const today = useToday(scope);
  return (
    <>
      <PageTop on={today.data?.on} since={today.data?.since} asOf={today.data?.as_of} />
      <Answer query={today} what="Today could not be read." height={420}>
        {(data) => (
          <>
            <h1>
              <Sentence pieces={data.sentence} />
            </h1>
            <p className="sub">
              <Sentence pieces={data.sub_sentence} />
            </p>
            <div className="cols">
              <Left data={data} />
              <Right data={data} />
            </div>
          </>
        )}
      </Answer>
    </>
  );
}

/** People in each short list; the link beside its title leads to all of them. */
const SHOWN = 6;

function Left({ data }: { data: TodayData }) {
  const { to } = useScope();
  return (
    <div>
      <Movement today={data} />
      <Part title="Where they engage" does="share of involvement">
        <LayerBar layers={data.layers} />
      </Part>
      <Part title="Who stands where" does={<Link to={to("/matrix")}>see who moved</Link>}>
        <MatrixGrid cells={data.matrix} />
      </Part>
      <Part title="Stages" does={`on ${dayShort(data.on)}`}>
        <ul className="stages">
          {data.stages.map((stage) => (
            <li key={stage.stage}>
              <Link to={to("/people", stage.list)} className="link" data-list="">
                {count(stage.n)}
              </Link>
              <span>
                {wordOf(STAGE_WORDS, stage.stage)} <small>{wordOf(STAGE_ABOUT, stage.stage)}</small>
              </span>
            </li>
          ))}
        </ul>
      </Part>
    </div>
  );
}

function Right({ data }: { data: TodayData }) {
  const { to } = useScope();
  return (
    <div>
      <Part
        title="Fell lately"
        does={<Link to={to("/people", "engaged=true&customer=true&direction=falling&sort=value")}>all who fall</Link>}
      >
        {data.fallers.length === 0 ? (
          <p className="hush">No engaged customer is falling.</p>
        ) : (
          <PersonLines
            rows={data.fallers.slice(0, SHOWN)}
            about={(row) => `${standingOf(row.percentile)}, ${row.n_before} → ${row.n_recent} active days`}
          />
        )}
      </Part>
      <Part
        title="Due in the last week, and silent"
        does={
          <Link to={to("/people", `due_from=${dayPlus(data.on, -7)}&stage=lapsed&sort=value`)}>all who are due</Link>
        }
      >
        {data.due.length === 0 ? (
          <p className="hush">Everyone who was due came.</p>
        ) : (
          <PersonLines
            rows={data.due.slice(0, SHOWN)}
            about={(row) =>
              `${row.due_day ? `due ${dayBeside(row.due_day, data.on)}, ` : ""}silent ${daysBetween(row.last_day, data.on)} days`
            }
          />
        )}
      </Part>
    </div>
  );
}
