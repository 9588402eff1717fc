// The matrix: six cells on a day, how many there were on an earlier day, and how people moved between them. The day can be dragged.

import { Button, Slider } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useMemo, useState } from "react";
import { useMatrix } from "../../api/matrix";
import type { Cell, MatrixCell, Matrix as MatrixData } from "../../api/types";
import { useWorkspace } from "../../api/workspace";
import { CsvButton } from "../../components/csv-button";
import { MatrixGrid } from "../../components/matrix-grid";
import { PageTop } from "../../components/page-top";
import { Part } from "../../components/part";
import { Sentence } from "../../components/sentence";
import { Answer, useTitle } from "../../components/states";
import { downloadCsv } from "../../csv";
import { dayPlus, daysBetween, dayText, monthsFrom } from "../../format";
import { useScope, useUrl } from "../../scope";
import { cellWords } from "../../words";
import { Migration } from "./migration";
import { Quadrants } from "./quadrants";

export function Matrix() {
  useTitle("Matrix");
  const { scope } = useScope();
  const matrix = useMatrix(scope);
  return (
    <>
      <PageTop on={matrix.data?.on} since={matrix.data?.since} />
      <Answer query={matrix} what="The matrix could not be read." height={420}>
        {(data) => <Body data={data} />}
      </Answer>
    </>
  );
}

function countsOf(cells: MatrixCell[]): Record<Cell, number> {
  const counts: Record<Cell, number> = { A1: 0, A2: 0, A3: 0, B1: 0, B2: 0, B3: 0 };
  for (const { cell, n } of cells) counts[cell] = n;
  return counts;
}

function Body({ data }: { data: MatrixData }) {
  const counts = useMemo(() => countsOf(data.cells), [data.cells]);
  const save = () =>
    downloadCsv(
      `matrix ${data.on}`,
      ["cell", "words", `people on ${data.on}`, `people on ${data.since}`],
      data.cells.map((cell) => [cell.cell, cellWords(cell.cell), cell.n, cell.n_since]),
    );
  return (
    <>
      <h1>
        <Sentence pieces={data.sentence} />
      </h1>
      <DaySlide on={data.on} />
      <Part title={`Who stands where on ${dayText(data.on)}`} does={<CsvButton of="The matrix" onSave={save} />}>
        <MatrixGrid cells={counts} details={data.cells} since={data.since} on={data.on} />
      </Part>
      <Migration data={data} />
      <Quadrants on={data.on} />
    </>
  );
}

const SETTLE_MS = 250;

function DaySlide({ on }: { on: string }) {
  const { data: workspace } = useWorkspace();
  const { scope } = useScope();
  const { set } = useUrl();
  const wanted = scope.on ?? on;
  const [drawn, setDrawn] = useState(wanted);
  useEffect(() => setDrawn(wanted), [wanted]);
  // A day compared with stays where it is while the day moves past it only forwards; else the server chooses anew.
  const go = (day: string) =>
    set({
      on: day === workspace?.default_on ? null : day,
      ...(scope.since && scope.since >= day ? { since: null } : {}),
    });
  const settle = useDebouncedCallback(go, SETTLE_MS);
  if (!workspace?.first_day || !workspace.last_day) return null;
  const first = workspace.first_day;
  const last = workspace.default_on > workspace.last_day ? workspace.default_on : workspace.last_day;
  const earlier = monthsFrom(wanted, -1);
  const later = monthsFrom(wanted, 1);
  const move = (day: string) => {
    setDrawn(day);
    settle(day);
  };
  return (
    <div className="slide">
      <Button size="compact-md" variant="default" disabled={earlier < first} onClick={() => go(earlier)}>
        ← a month
      </Button>
      <div className="bar">
        <Slider
          min={0}
          max={daysBetween(first, last)}
          value={daysBetween(first, drawn)}
          onChange={(days) => move(dayPlus(first, days))}
          label={(days) => dayText(dayPlus(first, days))}
          thumbLabel="Day"
          thumbValueText={(days) => dayText(dayPlus(first, days))}
          size="sm"
        />
      </div>
      <Button
        size="compact-md"
        variant="default"
        disabled={wanted >= last}
        onClick={() => go(later > last ? last : later)}
      >
        a month →
      </Button>
    </div>
  );
}
