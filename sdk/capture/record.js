// Records what every client sends into testdata/wire/<client>/<nn>.json: npm run capture, or of a few: npm run capture -- NAME…
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { close } from "../browser.js";
import { clients } from "../clients.js";
import { FOLDER, KEY } from "../golden.js";
import { run } from "../run.js";
import { open } from "../wire.js";

/** Headers that say something about who sends, and how the body is to be read. */
const HEADERS = [
  "access-control-request-headers",
  "access-control-request-method",
  "anonymousid",
  "authorization",
  "content-encoding",
  "content-type",
  "origin",
  "sentat",
  "user-agent",
  "x-write-key",
];

const isTold = (header) => HEADERS.includes(header) || header.startsWith("posthog-");

function dump({ received_at, method, path, headers, body }) {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => isTold(name)));
  const text = body.toString();
  const isText = Buffer.from(text).equals(body);
  return {
    received_at,
    method,
    path,
    headers: kept,
    ...(isText ? { body: text } : { body_base64: body.toString("base64") }),
  };
}

const only = process.argv.slice(2);
for (const client of clients.filter(({ name }) => only.length === 0 || only.includes(name))) {
  console.log(`recording ${client.name}`);
  const wire = await open();
  await run(client, { host: wire.url, key: KEY, name: client.name, delivered: wire.delivered });
  await wire.close();
  const folder = `${FOLDER}${client.name}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [at, request] of wire.requests.entries()) {
    const file = `${folder}/${String(at + 1).padStart(2, "0")}.json`;
    writeFileSync(file, `${JSON.stringify(dump(request), null, 2)}\n`);
  }
}
await close();
