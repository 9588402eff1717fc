// The strip at the head of a page: which object, since when, on what day. All three live in the URL.
import { Button, Popover } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import type { Day, Workspace } from "../api/types";
import { useWorkspace } from "../api/workspace";
import { dayBeside, dayPlus, dayText, isDay, monthsFrom, timeOfDay } from "../format";
import { useScope, useUrl } from "../scope";

interface PageTopProps {
  /** The days the page's answer is about; until it is there, the URL's or the workspace's. */
  on?: Day;
  since?: Day;
  asOf?: string;
  hasSince?: boolean;
  /** Instead of the object, such as a way back. */
  left?: ReactNode;
}

function ObjectPicker() {
  const { data } = useWorkspace();
  const { scope } = useScope();
  const { set } = useUrl();
  if (!data) return <span>…</span>;
  const chosen = scope.object ?? data.default_object ?? "";
  const title = data.objects.find((o) => o.name === chosen)?.title ?? chosen;
  const isSimulated = isSimulatedObject(data, chosen);
  const tag = isSimulated ? "simulated" : data.is_sample ? "sample" : null;
  const sample = tag ? <span className="tag">{tag}</span> : null;
  if (data.objects.length < 2) {
    return (
      <span>
        {title} · all layers{sample}
      </span>
    );
  }
  return (
    <span>
      <label>
        <span className="unseen">Object</span>
        <select
          value={chosen}
          onChange={(event) => set({ object: event.target.value === data.default_object ? null : event.target.value })}
        >
          {data.objects.some((o) => o.name === chosen) ? null : <option value={chosen}>{chosen}</option>}
          {data.objects.map((object) => (
            <option key={object.name} value={object.name}>
              {object.parent ? `\u00a0\u00a0${object.title}` : object.title}
            </option>
          ))}
        </select>
      </label>{" "}
      · all layers{sample}
    </span>
  );
}

function isSimulatedObject(workspace: Workspace | undefined, name: string | undefined): boolean {
  return workspace?.objects.find((object) => object.name === name)?.is_simulated ?? false;
}

interface DaysFormProps {
  on: Day;
  since?: Day;
  onDone: () => void;
}

const EARLIER: [string, (on: Day) => Day][] = [
  ["a week before", (on) => dayPlus(on, -7)],
  ["a month", (on) => monthsFrom(on, -1)],
  ["three months", (on) => monthsFrom(on, -3)],
  ["a year", (on) => monthsFrom(on, -12)],
];

function DaysForm({ on, since, onDone }: DaysFormProps) {
  const { data } = useWorkspace();
  const { set } = useUrl();
  const [newOn, setOn] = useState(on);
  const [newSince, setSince] = useState(since ?? "");
  const isWrong = !isDay(newOn) || (since !== undefined && (!isDay(newSince) || newSince >= newOn));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isWrong) return;
    set({ on: newOn === data?.default_on ? null : newOn, ...(since === undefined ? {} : { since: newSince }) });
    onDone();
  };
  const reset = () => {
    set({ on: null, since: null });
    onDone();
  };
  return (
    <form className="days-form" onSubmit={submit}>
      <label>
        On
        <input type="date" value={newOn} onChange={(event) => setOn(event.target.value)} data-autofocus required />
      </label>
      {since === undefined ? null : (
        <>
          <label>
            Compared with
            <input type="date" value={newSince} onChange={(event) => setSince(event.target.value)} required />
          </label>
          <div className="row fine">
            {EARLIER.map(([name, day]) => (
              <button key={name} type="button" className="link" onClick={() => isDay(newOn) && setSince(day(newOn))}>
                {name}
              </button>
            ))}
          </div>
        </>
      )}
      {isWrong ? (
        <p className="fine neg" role="alert">
          The day compared with must come before the other one.
        </p>
      ) : null}
      <div className="row">
        <Button type="submit" size="compact-md" disabled={isWrong}>
          Show
        </Button>
        <Button size="compact-md" variant="default" onClick={reset}>
          Last day, last month
        </Button>
      </div>
    </form>
  );
}

function DaysPicker({ on, since }: { on: Day; since?: Day }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} width={290} position="bottom-end" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <button type="button" className="days" onClick={() => setOpen(!isOpen)} aria-label={daysLabel(on, since)}>
          {since ? (
            <>
              since <u>{dayBeside(since, on)}</u> ·{" "}
            </>
          ) : null}
          on <u>{dayText(on)}</u>
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <DaysForm on={on} since={since} onDone={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function daysLabel(on: Day, since?: Day): string {
  return since
    ? `since ${dayBeside(since, on)}, on ${dayText(on)}; change the days`
    : `on ${dayText(on)}; change the day`;
}

export function PageTop({ on, since, asOf, hasSince = true, left }: PageTopProps) {
  const { data } = useWorkspace();
  const { scope } = useScope();
  const shownOn = on ?? scope.on ?? data?.default_on;
  const shownSince = since ?? scope.since ?? (shownOn ? monthsFrom(shownOn, -1) : undefined);
  const isSimulated = !left && isSimulatedObject(data, scope.object ?? data?.default_object ?? undefined);
  return (
    <>
      <div className="top">
        {left ?? <ObjectPicker />}
        <span className="when">
          {shownOn ? <DaysPicker on={shownOn} since={hasSince ? shownSince : undefined} /> : null}
          {asOf ? <span> · as of {timeOfDay(asOf)}</span> : null}
        </span>
      </div>
      {isSimulated ? (
        <p className="fine simulated" role="note">
          Simulated: nobody here exists. Who comes, buys, complains and leaves was made up by{" "}
          <code>parlour simulate</code>, so that every page has something to say.
        </p>
      ) : null}
    </>
  );
}
