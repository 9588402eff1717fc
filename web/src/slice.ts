// A slice of the people: of a layer, of those who came first in a period, of an audience. It lives in the URL, and a link
// to a list takes it along, so that the list has exactly as many rows as the number says.
import { useMemo } from "react";
import { useSearchParams } from "react-router";

const SLICE_NAMES = ["layer", "acquired", "acquired_by", "audience"] as const;
export type SliceName = (typeof SLICE_NAMES)[number];
export type Slice = { [K in SliceName]?: string };

export function sliceOf(params: URLSearchParams, names: readonly SliceName[] = SLICE_NAMES): Slice {
  const slice: Slice = {};
  for (const name of names) {
    const value = params.get(name);
    if (value) slice[name] = value;
  }
  return slice;
}

/** The query of a list within the slice; the list's own words win. */
export function sliced(list: string, slice: Slice): string {
  const params = new URLSearchParams(list);
  for (const name of SLICE_NAMES) {
    const value = slice[name];
    if (value && !params.has(name)) params.set(name, value);
  }
  return params.toString();
}

/** The slice of the URL, of those names that the page knows. */
export function useSlice(names: readonly SliceName[] = SLICE_NAMES): Slice {
  const [params] = useSearchParams();
  return useMemo(() => sliceOf(params, names), [params, names]);
}
