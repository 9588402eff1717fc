// A server on the wire between a client and Parlour: it remembers every request, passes it on or answers it itself, and
// can be told to misbehave.
import { createServer, request as send } from "node:http";
import { gunzipSync } from "node:zlib";

/** Longest to wait for a client that has still to deliver something. */
const MAX_WAIT_MS = 120_000;

export const isZipped = (body) => body[0] === 0x1f && body[1] === 0x8b;
export const isForm = (body) => body.subarray(0, 5).toString() === "data=";

/** The body as text, unzipped if it is zipped, whatever the headers say; a form's field `data` in place of the form. */
export function textOf(body) {
  const text = (isZipped(body) ? gunzipSync(body) : body).toString();
  return isForm(body) ? Buffer.from(new URLSearchParams(text).get("data"), "base64").toString() : text;
}

/** The events a request carries, as its client wrote them; none if it carries no events. */
export function eventsIn({ method, body }) {
  if (method !== "POST") return [];
  let sent;
  try {
    sent = JSON.parse(textOf(body));
  } catch {
    return [];
  }
  const items = Array.isArray(sent) ? sent : (sent.batch ?? [sent]);
  return items.filter(idOf);
}

const idOf = ({ messageId, uuid }) => messageId ?? uuid;
const eventIds = (request) => eventsIn(request).map(idOf);

/** What a browser is to be told so that it shows a page our answer. */
function cors({ headers }) {
  if (!headers.origin) return {};
  return {
    "Access-Control-Allow-Origin": headers.origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": headers["access-control-request-headers"] ?? "*",
  };
}

/** The answer that satisfies every client, without any server behind. */
export function satisfy(request) {
  const { pathname } = new URL(request.path, "http://wire");
  const answer = (body, status = 200) => ({
    status,
    headers: { "Content-Type": "application/json", ...cors(request) },
    body,
  });
  if (request.method === "OPTIONS") return answer("", 200);
  if (pathname.startsWith("/sourceConfig")) {
    const source = {
      id: "source",
      name: "source",
      writeKey: "key",
      enabled: true,
      config: {},
      destinations: [],
      dataplanes: {},
    };
    return answer(
      JSON.stringify({ source: { ...source, workspaceId: "workspace", updatedAt: "2024-01-01T00:00:00.000Z" } }),
    );
  }
  if (pathname.startsWith("/v1/projects/")) {
    // The page client then sends with the key it is told here, not with the one it was given.
    const apiKey = pathname.split("/")[3];
    return answer(JSON.stringify({ integrations: { "Segment.io": { apiKey } }, plan: { track: {} } }));
  }
  if (pathname.startsWith("/flags") || pathname.startsWith("/decide"))
    return answer(
      JSON.stringify({ flags: {}, featureFlags: {}, featureFlagPayloads: {}, errorsWhileComputingFlags: false }),
    );
  if (pathname === "/i/v1/analytics/events")
    return answer(
      JSON.stringify({ results: Object.fromEntries(eventIds(request).map((id) => [id, { result: "ok" }])) }),
    );
  return answer(JSON.stringify({ success: true, status: 1 }));
}

/** Passes a request on, byte for byte, and returns what was answered. */
export function pass(target, { method, path, headers, body }) {
  const { host, connection, "transfer-encoding": _, ...kept } = headers;
  return new Promise((resolve, reject) => {
    const passed = send(
      new URL(path, target),
      { method, headers: { ...kept, "content-length": body.length } },
      (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => {
          const { connection, "transfer-encoding": _, ...headers } = answer.headers;
          resolve({ status: answer.statusCode, headers, body: Buffer.concat(parts) });
        });
      },
    );
    passed.on("error", reject);
    passed.end(body);
  });
}

/**
 * Ways to misbehave: each makes, for one run, a function that answers a request which carries events.
 * `next` answers as if all were well.
 */
export const faults = {
  /** The first attempt is refused, and nothing of it arrives. */
  500: () => first(({ cors }) => ({ status: 500, headers: cors, body: "" })),
  /** The first attempt is asked to come again later. */
  429: () =>
    first(({ cors }) => ({
      status: 429,
      headers: { "Retry-After": "1", "Access-Control-Expose-Headers": "Retry-After", ...cors },
      body: "",
    })),
  /** The first attempt arrives, but the client does not learn of it and has to send all of it again. */
  "lost answer": () =>
    first(async ({ next, cors }) => {
      await next();
      return { status: 503, headers: cors, body: "" };
    }),
  /** The network delivers every request twice. */
  twice:
    () =>
    async ({ next }) => {
      await next();
      return next();
    },
};

function first(misbehave) {
  let is_first = true;
  return (given) => {
    if (!is_first) return given.next();
    is_first = false;
    return misbehave(given);
  };
}

/** Whether a client takes this for the last word on what it sent. */
const isFinal = (status) => status >= 400 && status < 500 && status !== 408 && status !== 429;

/**
 * Opens the wire. With `target` requests are passed on to it, otherwise each is answered to the client's satisfaction.
 * `delivered(n)` settles when `n` different events have been answered with success.
 */
export async function open({ target, fault } = {}) {
  const requests = [];
  const acknowledged = new Set();
  let refusal;
  const waiting = [];
  const next = (request) => (target ? pass(target, request) : satisfy(request));

  async function answer(request) {
    const ids = eventIds(request);
    const proceed = () => next(request);
    const answered = await (fault && ids.length > 0 ? fault({ next: proceed, cors: cors(request) }) : proceed());
    requests.push({ ...request, status: answered.status });
    if (answered.status >= 200 && answered.status < 300) for (const id of ids) acknowledged.add(id);
    // Nobody tries again after this, so there is no use in waiting for more.
    else if (ids.length > 0 && isFinal(answered.status))
      refusal ??= `${answered.status} for ${request.path}: ${answered.body}`;
    for (const look of waiting) look();
    return answered;
  }

  const server = createServer((incoming, response) => {
    const parts = [];
    incoming.on("data", (part) => parts.push(part));
    incoming.on("end", async () => {
      const { method, url: path, headers } = incoming;
      const request = { received_at: new Date().toISOString(), method, path, headers, body: Buffer.concat(parts) };
      try {
        const { status, headers, body } = await answer(request);
        response.writeHead(status, headers);
        response.end(body);
      } catch (error) {
        response.writeHead(502, { "Content-Type": "text/plain" });
        response.end(String(error));
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

  function delivered(n) {
    return new Promise((resolve, reject) => {
      const late = () =>
        reject(new Error(`${acknowledged.size} of ${n} events were delivered within ${MAX_WAIT_MS} ms`));
      const timer = setTimeout(late, MAX_WAIT_MS);
      const look = () => {
        if (acknowledged.size < n && !refusal) return;
        clearTimeout(timer);
        if (refusal) reject(new Error(refusal));
        else resolve();
      };
      waiting.push(look);
      look();
    });
  }

  async function close() {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  return { url: `http://127.0.0.1:${server.address().port}`, requests, delivered, close };
}
