// The seven layers: one icon and one hue each, everywhere.
import type { Layer, LayerShare } from "../api/types";
import { percent } from "../format";
import { LAYER_WORDS, wordOf } from "../words";

const PATHS: Record<Layer, string> = {
  face: "M5.5 7a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM1.8 13.4c0-2.6 1.6-4.2 3.7-4.2 1 0 1.9.4 2.5 1M10.7 8.4a1.9 1.9 0 1 0 0-3.8 1.9 1.9 0 0 0 0 3.8ZM7.6 13.4c0-2 1.3-3.2 3.1-3.2s3.2 1.2 3.2 3.2",
  web: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2 8h12M8 2c-4 4-4 8 0 12M8 2c4 4 4 8 0 12",
  social: "M3 3h10v7H7.5L4.6 12.8V10H3ZM5.5 5.6h5M5.5 7.6h3.4",
  hub: "M2.5 7.5 8 3l5.5 4.5M4 7v6h8V7M6.6 13V9.6h2.8V13",
  mobile: "M5 1.8h6v12.4H5ZM7.2 12.2h1.6",
  virtual: "M2 5.5h12v6h-3.6L8.9 9.8H7.1l-1.5 1.7H2ZM4.6 8h1.4M10 8h1.4",
  game: "M5 5h6c2.4 0 3.2 2.2 3.2 4.4 0 1.6-.6 2.6-1.7 2.6-1.2 0-1.7-1.6-2.6-1.6H6.1c-.9 0-1.4 1.6-2.6 1.6-1.1 0-1.7-1-1.7-2.6C1.8 7.2 2.6 5 5 5ZM5.2 6.8v2M4.2 7.8h2M10.8 7.8h.1",
};

export const LAYER_NAMES = Object.keys(PATHS) as Layer[];

export function layerWord(layer: string): string {
  return wordOf(LAYER_WORDS, layer);
}

export function layerHue(layer: string): string {
  return layer in PATHS ? `var(--${layer})` : "var(--other)";
}

export function LayerMark({ layer }: { layer: string }) {
  return (
    <span className="layer">
      <svg
        width="16"
        height="16"
        viewBox="0 0 16 16"
        aria-hidden="true"
        fill="none"
        style={{ stroke: layerHue(layer) }}
      >
        <path
          d={PATHS[layer as Layer] ?? "M8 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z"}
          strokeWidth="1.4"
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      </svg>
      {layerWord(layer)}
    </span>
  );
}

export function LayerBar({ layers }: { layers: LayerShare[] }) {
  if (layers.length === 0) return <p className="hush">No involvement in this time, so no layers.</p>;
  return (
    <>
      <div className="strip" aria-hidden="true">
        {layers.map(({ layer, share }) => (
          <span
            key={layer}
            style={{ width: `${share * 100}%`, background: layerHue(layer) }}
            title={`${layerWord(layer)} ${percent(share)}`}
          />
        ))}
      </div>
      <ul className="layers">
        {layers.map(({ layer, share }) => (
          <li key={layer}>
            <LayerMark layer={layer} /> {percent(share)}
          </li>
        ))}
      </ul>
    </>
  );
}
