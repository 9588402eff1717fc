// Other programs read the lake of a real server, its Parquet files as they lie there, and find what was sent and what
// Parlour says of itself: every event, every sum, every standing.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { PYTHON } from "../run.js";
import { start, until } from "./server.js";

const READ = fileURLToPath(new URL("../readers/read.py", import.meta.url));
const READERS = ["duckdb", "polars", "spark"];
const N_EVENTS = 24_000;
const N_A_BATCH = 1_000;
const SEAL_EVENTS = 3_000;
/** There are several files, which are not merged before the test wants it. */
const SETTINGS = `[engine]\nseal_events = ${SEAL_EVENTS}\ncompact_fan_in = 100\n`;
const FIRST_DAY = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const KEPT_DAYS = ["2026-02-15", "2026-03-20"];
const LAYERS = ["face", "web", "social", "hub", "mobile", "virtual", "game"];
const CURRENCIES = { EUR: 2, JPY: 0, USD: 2 };
const dayOf = (ms) => new Date(ms).toISOString().slice(0, 10);
/** Sums of doubles depend on their order. */
const NEAR = 1e-9;

/** The same numbers each time (the generator of Park and Miller). */
function dice(seed) {
  let state = seed;
  return (n) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % n;
  };
}

/** Events of every sort: bought for money of three kinds, given back, rated, used for a time, said in odd letters. */
function madeUp() {
  const roll = dice(11);
  const events = [];
  for (let n = 0; n < N_EVENTS + N_A_BATCH; n += 1) {
    const [currency, decimals] = Object.entries(CURRENCIES)[roll(3)];
    const minor = 1 + roll(100_000);
    const amount = (minor / 10 ** decimals).toFixed(decimals);
    const event = {
      id: `m-${String(n).padStart(6, "0")}`,
      subject: `user:${roll(600)}`,
      object: `product:p${roll(25)}`,
      parent: "brand:acme",
      layer: LAYERS[roll(LAYERS.length)],
      at: new Date(FIRST_DAY + roll(80 * DAY_MS)).toISOString(),
    };
    const sort = roll(8);
    if (sort < 3) Object.assign(event, { verb: "bought", value: { amount, currency } });
    else if (sort === 3) Object.assign(event, { verb: "returned_goods", value: { amount, currency } });
    else if (sort === 4) Object.assign(event, { verb: "rated", rating: 1 + roll(5) });
    else if (sort === 5) Object.assign(event, { verb: "used", seconds: roll(7_200), paid: roll(2) === 1 });
    else if (sort === 6) Object.assign(event, { verb: "mentioned", text: `${n}: 素晴らしい, très bon – \"gut\" ☕` });
    else Object.assign(event, { verb: "viewed", scored: roll(4) > 0 });
    events.push(event);
  }
  return events;
}

/** What was sent, as the reader lists events: in the order of their ids. */
const rowOf = ({ id, at, verb, layer, rating, value, seconds, paid, scored, text }) => [
  id,
  Date.parse(at) * 1_000,
  verb,
  layer,
  rating ?? null,
  value ? Math.round(Number(value.amount) * 10 ** CURRENCIES[value.currency]) : null,
  value?.currency ?? null,
  seconds ?? 0,
  paid ?? false,
  scored ?? true,
  text ?? null,
  "lake",
];

/** n, seconds, value and ratings of what is scored, by verb, layer and day. */
function totalsOf(rows) {
  const totals = new Map();
  for (const [, us, verb, layer, rating, value, , seconds, , scored] of rows) {
    if (!scored) continue;
    const key = [verb, layer, dayOf(us / 1_000)];
    const sums = totals.get(key.join()) ?? [...key, 0, 0, 0, 0];
    [1, seconds, value ?? 0, rating ?? 0].forEach((more, at) => (sums[3 + at] += more));
    totals.set(key.join(), sums);
  }
  const name = (row) => row.slice(0, 3).join();
  return [...totals.values()].sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

/** Where the sum of involvement stands in a row of standings; all else there is exact. */
const INVOLVEMENT = 5;
const exact = (row) => row.toSpliced(INVOLVEMENT, 1);
const isNear = (a, b) => Math.abs(a - b) <= NEAR * Math.max(1, Math.abs(b));

/** What a reader finds in these files. */
async function read(reader, files) {
  const program = spawn(PYTHON, [READ, reader], { stdio: ["pipe", "pipe", "pipe"] });
  program.stdin.end(JSON.stringify(files));
  const [told, said] = await Promise.all([text(program.stdout), text(program.stderr)]);
  assert.notEqual(told, "", `${reader} does not read it:\n${said}`);
  return JSON.parse(told);
}

let server;
const made = madeUp();
const sent = [];
/** What Parlour says at one moment. */
let said;

/** What Parlour says of itself, and which files count. */
function now() {
  const rows = (sql) => server.told("sql", sql).rows;
  const [[brand]] = rows("SELECT key FROM entity WHERE kind = 'brand'");
  const files = { activity: [], event: [], standing: {}, brand };
  const n_standings = {};
  const runs = rows("SELECT kind, file, min_day, n_rows FROM run WHERE kind <> 'filter' ORDER BY file");
  for (const [kind, file, day, n_rows] of runs) {
    const path = join(server.folder, "lake", file);
    if (kind === "standing") {
      files.standing[dayOf(day * DAY_MS)] = [path];
      n_standings[dayOf(day * DAY_MS)] = n_rows;
    } else files[kind].push(path);
  }
  const standings = rows(`
    SELECT day, stage, count(*), sum(n_days), sum(value_minor), sum(involvement), min(first_day), max(last_day)
    FROM standing GROUP BY day, stage ORDER BY day, stage`);
  return { files, n_standings, standings, doctor: server.told("doctor") };
}

async function send(events) {
  const answer = await fetch(`${server.url}/api/v1/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.sources.lake.key}` },
    body: JSON.stringify({ events }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

/** Sends what comes next of all that was made up, some of it twice; returns how much is not sealed once all is quiet. */
async function sendUpTo(end) {
  for (let from = sent.length; from < end; from += N_A_BATCH) {
    const batch = made.slice(from, Math.min(from + N_A_BATCH, end));
    await send(batch);
    if (from % (3 * N_A_BATCH) === 0) await send(batch);
    sent.push(...batch);
  }
  const { folded, rejected } = await server.settled();
  assert.equal(folded, sent.length);
  assert.equal(rejected, 0, JSON.stringify(await server.rejected()));
  return until("the seal", async () => {
    const { runs } = await server.ask("health");
    const n_unsealed = sent.length - runs.find(({ kind }) => kind === "event").n_rows;
    return n_unsealed < SEAL_EVENTS && { n_unsealed };
  });
}

before(async () => {
  server = await start(["lake"], SETTINGS);
  // What is sealed of the second half cannot lie in the files of the first.
  await sendUpTo(N_EVENTS / 2);
  const { n_unsealed } = await sendUpTo(N_EVENTS);
  if (n_unsealed === 0) await sendUpTo(made.length);
  await server.end();
  said = now();
});
after(() => server?.stop());

for (const reader of READERS) {
  test(`${reader} finds what is sealed, over many files`, async () => {
    assert.ok(said.files.activity.length > 1, "there is one file only");
    assert.ok(said.doctor.n_sealed_events < sent.length, "everything is sealed");
    const found = await read(reader, said.files);
    assert.equal(found.events.length, said.doctor.n_sealed_events);
    const ids = new Set(found.events.map(([id]) => id));
    assert.deepEqual(found.events, sent.filter(({ id }) => ids.has(id)).map(rowOf));
    assert.deepEqual(found.totals, totalsOf(found.events));
  });
}

test("Parlour merges all of it, and keeps standings", () => {
  server.done("compact");
  server.done("keep", ...KEPT_DAYS);
  said = now();
  assert.deepEqual(said.doctor.findings, []);
  assert.deepEqual(Object.keys(said.files.standing).sort(), [...new Set(said.standings.map(([day]) => day))]);
  assert.equal(said.doctor.n_sealed_events, sent.length);
});

for (const reader of READERS) {
  test(`${reader} finds what was sent, and what Parlour says`, async () => {
    const found = await read(reader, said.files);
    assert.deepEqual(found.events, sent.map(rowOf));
    assert.deepEqual(found.totals, totalsOf(sent.map(rowOf)));
    assert.equal(found.totals.reduce((n, row) => n + row[3], 0), said.doctor.n_scored);
    assert.equal(found.n_rows, said.doctor.n_activity_rows);
    assert.equal(found.digest, said.doctor.activity_digest);
    assert.deepEqual(found.n_standings, said.n_standings);
    const standings = Object.entries(found.standings).flatMap(([day, rows]) => rows.map((row) => [day, ...row]));
    assert.ok(standings.length > KEPT_DAYS.length, "there are hardly any standings");
    assert.deepEqual(standings.map(exact), said.standings.map(exact));
    standings.forEach((row, at) => assert.ok(isNear(row[INVOLVEMENT], said.standings[at][INVOLVEMENT]), row.join(" ")));
  });
}
