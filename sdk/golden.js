// The recorded requests under testdata/wire, as they go over the wire again with another write key.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { isForm, isZipped, textOf } from "./wire.js";

export const FOLDER = fileURLToPath(new URL("../testdata/wire/", import.meta.url));
/** The key they were recorded with. It is shaped like a real one, as some clients look at it before they send. */
export const KEY = "pk_goldenGoldenGoldenGoldenGolden01";

/** What a client sent, in order of arrival. */
export function recorded(client) {
  const folder = `${FOLDER}${client.name}/`;
  const dumps = readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(readFileSync(folder + file, "utf8")));
  return dumps.map(({ body, body_base64, ...request }) => ({
    ...request,
    body: Buffer.from(body ?? body_base64, body === undefined ? "base64" : "utf8"),
  }));
}

/** The request as the holder of another key would have sent it. */
export function withKey(key, { path, headers, body, ...rest }) {
  const swap = (text) => text.replaceAll(KEY, key);
  const kept = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, swap(value)]));
  if (kept.authorization?.startsWith("Basic ")) {
    const said = Buffer.from(kept.authorization.slice("Basic ".length), "base64").toString();
    kept.authorization = `Basic ${Buffer.from(swap(said)).toString("base64")}`;
  }
  return { ...rest, path: swap(path), headers: kept, body: packedLike(body, swap(textOf(body))) };
}

function packedLike(body, text) {
  if (isZipped(body)) return gzipSync(text);
  if (isForm(body)) return Buffer.from(new URLSearchParams({ data: Buffer.from(text).toString("base64") }).toString());
  return Buffer.from(text);
}
