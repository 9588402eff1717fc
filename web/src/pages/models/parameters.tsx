// What each model made of the people it was shown.
import { useMemo } from "react";
import type { Models } from "../../api/types";
import { TablePart } from "../../components/part";
import type { Column } from "../../components/table";

interface Line {
  key: string;
  model: string;
  parameter: string;
  value: number;
  error: number | null;
  logLikelihood: number;
  seconds: number;
}

const COLUMNS: Column<Line>[] = [
  { title: "Model", value: (row) => row.model, isHead: true },
  { title: "Parameter", value: (row) => row.parameter },
  { title: "Value", value: (row) => row.value, show: (row) => row.value.toFixed(4), isNumber: true },
  {
    title: "Standard error",
    value: (row) => row.error,
    show: (row) => (row.error === null ? "" : row.error.toFixed(4)),
    isNumber: true,
  },
  {
    title: "Log-likelihood",
    value: (row) => row.logLikelihood,
    show: (row) => row.logLikelihood.toFixed(2),
    isNumber: true,
  },
  { title: "Seconds", value: (row) => row.seconds, show: (row) => row.seconds.toFixed(3), isNumber: true },
];

const TITLE = "Parameters, in weeks";

export function ParametersPart({ data }: { data: Models }) {
  const lines = useMemo(
    () =>
      data.models.flatMap((model) =>
        model.parameters.map((one) => ({
          key: `${model.name}:${one.name}`,
          model: model.title,
          parameter: one.name,
          value: one.value,
          error: one.standard_error,
          logLikelihood: model.log_likelihood,
          seconds: model.seconds,
        })),
      ),
    [data],
  );
  return (
    <TablePart title={TITLE} columns={COLUMNS} rows={lines} rowKey={(row) => row.key} isTight isCapped>
      <p className="finding">
        A standard error says how far off a value may easily be. The higher a log-likelihood, the better a model fits
        the people it was shown; whether it forecasts better is said above.
      </p>
    </TablePart>
  );
}
