// Every answer that is not a success must become one kind of error, with the server's words when it has some.
import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError, api, isPassing, queryString } from "./client";

const answer = (status: number, body: string) => vi.stubGlobal("fetch", async () => new Response(body, { status }));
afterEach(() => vi.unstubAllGlobals());

const failure = (promise: Promise<unknown>): Promise<ApiError> =>
  promise.then(
    () => Promise.reject(new Error("it should have failed")),
    (error: ApiError) => error,
  );

describe("queryString", () => {
  it("leaves out what is not set, and encodes the rest", () => {
    expect(queryString({ object: "brand:a b", on: undefined, q: "", limit: 0, next: null })).toBe(
      "?object=brand%3Aa+b&limit=0",
    );
    expect(queryString({})).toBe("");
  });
});

describe("api", () => {
  it("gives the body of a success", async () => {
    answer(200, '{"n":1}');
    expect(await api.get<{ n: number }>("/x")).toEqual({ n: 1 });
  });
  it("speaks the server's words", async () => {
    answer(400, '{"error":{"code":"bad_day","message":"`x` is not a day","fields":[{"path":"on","message":"bad"}]}}');
    const error = await failure(api.get("/x"));
    expect(error).toBeInstanceOf(ApiError);
    expect([error.status, error.code, error.message]).toEqual([400, "bad_day", "`x` is not a day"]);
    expect(error.fields).toEqual([{ path: "on", message: "bad" }]);
    expect(isPassing(error)).toBe(false);
  });
  it("survives an answer that is no JSON", async () => {
    answer(502, "<h1>Bad gateway</h1>");
    const error = await failure(api.get("/x"));
    expect([error.status, error.code]).toEqual([502, "unreadable"]);
    expect(isPassing(error)).toBe(true);
  });
  it("says that nobody answers", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("failed to fetch");
    });
    const error = await failure(api.get("/x"));
    expect(error.status).toBe(0);
    expect(error.message).toContain("parlour serve");
  });
});

describe("signIn", () => {
  it("sends a token once, however often it is asked to", async () => {
    const fetched = vi.fn(async () => new Response('{"person":"p","expires_at":"2026-01-01T00:00:00Z"}'));
    vi.stubGlobal("fetch", fetched);
    const { signIn } = await import("./session");
    await Promise.all([signIn("t-once"), signIn("t-once")]);
    expect(fetched).toHaveBeenCalledTimes(1);
  });
});
