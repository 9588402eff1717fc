// What every page looks at: object, day, and the day compared with. It lives in the URL, so any page can be sent to a colleague.
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { Scope } from "./api/types";

const SCOPE_NAMES = ["object", "on", "since"] as const;

export function scopeOf(params: URLSearchParams): Scope {
  const scope: Scope = {};
  for (const name of SCOPE_NAMES) {
    const value = params.get(name);
    if (value) scope[name] = value;
  }
  return scope;
}

/** A path that keeps the scope; `list` is a query string whose words win over it. */
export function scopedPath(path: string, scope: Scope, list = ""): string {
  const params = new URLSearchParams();
  for (const name of SCOPE_NAMES) {
    const value = scope[name];
    if (value) params.set(name, value);
  }
  for (const [name, value] of new URLSearchParams(list)) params.set(name, value);
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}

export function useScope() {
  const [params] = useSearchParams();
  const scope = useMemo(() => scopeOf(params), [params]);
  const to = useCallback((path: string, list?: string) => scopedPath(path, scope, list), [scope]);
  return { scope, to };
}

/** Sets words of the URL and leaves the others; an empty one is taken out. Paging starts anew unless it is what changes. */
export function useUrl() {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (changes: Record<string, string | null>, { isReplacing = true, keepsPage = false } = {}) => {
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          for (const [name, value] of Object.entries(changes)) {
            if (value === null || value === "") next.delete(name);
            else next.set(name, value);
          }
          if (!keepsPage) next.delete("page");
          return next;
        },
        { replace: isReplacing, preventScrollReset: true },
      );
    },
    [setParams],
  );
  return { params, set };
}
