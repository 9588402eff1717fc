// On which layer a source's events happen unless they say otherwise.
import { NativeSelect } from "@mantine/core";
import { layerWord } from "../../../components/layers";
import { LAYER_NAMES } from "./words";

export function LayerChoice({ value, onChange }: { value: string; onChange: (layer: string) => void }) {
  return (
    <NativeSelect
      label="Layer"
      description="Where its events happen unless they say otherwise."
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={LAYER_NAMES.map((layer) => ({ value: layer, label: layerWord(layer) }))}
    />
  );
}
