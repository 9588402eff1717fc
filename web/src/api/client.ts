// The one way to the server: typed JSON over fetch. An answer that is not a success becomes an ApiError that says what,
// why, and what to do; the rest of the code never sees a Response.
import type { Failure, FieldError } from "./types";

/** What the server (or the network) said instead of an answer. `status` is 0 when there was no answer at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: FieldError[];

  constructor(status: number, code: string, message: string, fields: FieldError[] = []) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

export type Params = Record<string, string | number | null | undefined>;

interface Ask {
  params?: Params;
  body?: unknown;
  signal?: AbortSignal;
  /** A source's write key, in place of the session. */
  key?: string;
  /** Whether a room's service worker may keep the answer on this device. */
  keep?: boolean;
}

/** The query string of what is set, with its `?`, or nothing. */
export function queryString(params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

async function failure(response: Response): Promise<ApiError> {
  const fallback = new ApiError(response.status, "unreadable", `the server answered ${response.status}; try again`);
  try {
    const body = (await response.json()) as { error?: Partial<Failure["error"]> };
    if (!body.error?.message) return fallback;
    return new ApiError(response.status, body.error.code ?? "unknown", body.error.message, body.error.fields ?? []);
  } catch {
    return fallback;
  }
}

async function request<T>(method: string, path: string, { params, body, signal, key, keep }: Ask): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (key !== undefined) headers.authorization = `Bearer ${key}`;
  if (keep) headers["x-room-keep"] = "own";
  if (body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}${queryString(params)}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      credentials: key === undefined ? "same-origin" : "omit",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", "the server does not answer; check that `parlour serve` is running");
  }
  if (!response.ok) throw await failure(response);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

export const api = {
  get: <T>(path: string, params?: Params, signal?: AbortSignal) => request<T>("GET", path, { params, signal }),
  /** As `get`, for what is the asker's own, so that it can be read without a network later. */
  keep: <T>(path: string, params?: Params, signal?: AbortSignal) =>
    request<T>("GET", path, { params, signal, keep: true }),
  post: <T>(path: string, body?: unknown, signal?: AbortSignal) => request<T>("POST", path, { body, signal }),
  put: <T>(path: string, body?: unknown) => request<T>("PUT", path, { body }),
  /** Knocks at the door for programs, as a program would. */
  send: <T>(path: string, body: unknown, key: string) => request<T>("POST", path, { body, key }),
  remove: <T>(path: string, body?: unknown) => request<T>("DELETE", path, { body }),
};

/** Whether trying again could help: no answer, or the server's own fault. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}
