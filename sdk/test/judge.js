// Compares timelines with what must be on them.
import assert from "node:assert/strict";
import { eventsIn } from "../wire.js";
import { expectedOfAda, expectedOfVisitor, idsOfAda, sharesAreExact } from "./expected.js";

const FIELDS = ["verb", "object", "value_minor", "currency", "layer"];

/**
 * Holds what the server tells against what the day must have left. `shift` is by how much, in milliseconds from least
 * to most, the sender's clock may have been corrected, and `run` when the events without a time of their own happened.
 */
export async function judge(server, { script, name, source, requests, shift, run }) {
  const ada = await server.person(script.ids.user);
  assert.ok(ada, `${script.ids.user} is nobody`);
  const values = [...new Set(ada.ids.map(({ value }) => value))].sort();
  assert.deepEqual(values, idsOfAda(script), "Ada's ids");
  same(ada.rows, expectedOfAda(script, name), { source, shift, run });
  const shares = ada.rows.filter(({ verb, currency }) => verb === "bought" && currency === "EUR");
  assert.ok(sharesAreExact(shares), `the order's money is ${JSON.stringify(shares)}`);

  const visitor = await server.person(subjectOf(requests, "Product Viewed", "cup-2"));
  assert.ok(visitor, "the visitor is nobody");
  same(visitor.rows, expectedOfVisitor(script), { source, shift, run });

  const rumour = script.calls.find(({ call }) => call === "personless");
  if (rumour) {
    const id = subjectOf(requests, rumour.event);
    assert.equal(await server.person(id), null, `${id}, which stands for nobody, became a person`);
  }
}

/** Every row is expected, and every expected row is there, once. */
function same(rows, expected, { source, shift, run }) {
  const left = [...rows];
  const missing = [];
  for (const wanted of expected) {
    const at = left.findIndex(
      (row) =>
        FIELDS.every((field) => wanted[field] === undefined || row[field] === wanted[field]) &&
        isWhen(row, wanted, shift, run),
    );
    if (at < 0) missing.push(wanted);
    else left.splice(at, 1);
  }
  const told = [...missing.map((row) => `missing: ${shown(row)}`), ...left.map((row) => `unexpected: ${shown(row)}`)];
  assert.equal(told.length, 0, `of ${expected.length} rows:\n${told.join("\n")}`);
  for (const row of rows) {
    assert.equal(row.source, source);
    assert.ok(JSON.parse(row.extra), "what was sent is not kept with it");
    assert.ok(run.from <= Date.parse(row.received_at), `received at ${row.received_at}`);
  }
}

const shown = ({ call = "", said_at, at = said_at ?? "now", verb, object = "", value_minor, currency, layer }) =>
  [call, at, verb, object, value_minor, currency, layer].filter((part) => part != null && part !== "").join(" ");

/** The time the caller gave is kept to the millisecond, whatever became of it by our clock. */
function isWhen(row, { said_at }, shift, run) {
  const at = Date.parse(row.at);
  if (!said_at) return run.from <= at && at <= run.to;
  const off = at - Date.parse(said_at);
  return Date.parse(row.said_at ?? row.at) === Date.parse(said_at) && shift.least <= off && off <= shift.most;
}

/** Under which id an event went out. */
function subjectOf(requests, name, product) {
  const isIt = ({ event, properties }) => event === name && (!product || properties?.product_id === product);
  const found = requests.flatMap(eventsIn).find(isIt);
  return found.anonymousId ?? found.distinct_id ?? found.properties.distinct_id;
}
