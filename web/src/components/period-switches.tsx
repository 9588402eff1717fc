// How long a period is, and how many of them are looked at.
import type { GrowthBy } from "../api/types";
import { Switch } from "./choice";

const BYS: GrowthBy[] = ["month", "week", "day"];

interface PeriodSwitchesProps {
  by: GrowthBy;
  n: string;
  /** How many periods one may choose from; the first stands for none in the address. */
  ns: string[];
}

export function PeriodSwitches({ by, n, ns }: PeriodSwitchesProps) {
  const choices = (values: string[]) => values.map((value) => ({ value, word: value }));
  return (
    <>
      {/* A period that was looked at has another name by another length. */}
      <Switch name="by" label="by" value={by} choices={choices(BYS)} also={{ period: null }} />
      <Switch name="n" label={`last ${by}s`} value={n} choices={choices(ns)} />
    </>
  );
}
