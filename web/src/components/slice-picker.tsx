// Which slice of the people a page looks at.
import { useAudiences } from "../api/audiences";
import { useWorkspace } from "../api/workspace";
import { monthsBetween, periodText } from "../format";
import type { Slice, SliceName } from "../slice";
import { Choice } from "./choice";
import { LAYER_NAMES, layerWord } from "./layers";

interface SlicePickerProps {
  slice: Slice;
  names: readonly SliceName[];
}

export function SlicePicker({ slice, names }: SlicePickerProps) {
  return (
    <>
      {names.includes("layer") ? <LayerChoice value={slice.layer} /> : null}
      {names.includes("acquired") ? <AcquiredChoice value={slice.acquired} /> : null}
      {names.includes("audience") ? <AudienceChoice value={slice.audience} /> : null}
    </>
  );
}

export function LayerChoice({ value }: { value: string | undefined }) {
  const choices = LAYER_NAMES.map((layer) => ({ value: layer, word: layerWord(layer) }));
  return <Choice name="layer" label="layer" any="all" value={value} choices={choices} />;
}

function AcquiredChoice({ value }: { value: string | undefined }) {
  const { data } = useWorkspace();
  if (!data?.first_day) return null;
  const months = monthsBetween(data.first_day, data.default_on).reverse();
  const known = value === undefined || months.includes(value) ? months : [value, ...months];
  const choices = known.map((period) => ({ value: period, word: periodText(period) }));
  return (
    <Choice
      name="acquired"
      label="first came in"
      any="any month"
      value={value}
      choices={choices}
      also={{ acquired_by: null }}
    />
  );
}

/** Nothing where there are no audiences. */
export function AudienceChoice({ value }: { value: string | undefined }) {
  const { data } = useAudiences();
  const choices = (data?.rows ?? []).map((audience) => ({ value: String(audience.id), word: audience.name }));
  if (choices.length === 0 && value === undefined) return null;
  return <Choice name="audience" label="audience" any="everyone" value={value} choices={choices} />;
}
