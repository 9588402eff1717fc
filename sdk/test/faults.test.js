// Clients that try again, over a network that fails once, or says everything twice: still exactly once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close } from "../browser.js";
import { clients } from "../clients.js";
import { run, scriptFor } from "../run.js";
import { faults, open } from "../wire.js";
import { judge } from "./judge.js";
import { start } from "./server.js";

/** One way to set up each client; its other ways try again in the same code. */
const TRIED = [
  "segment-python",
  "segment-node",
  "segment-browser",
  "segment-browser-batch",
  "rudder-python",
  "rudder-node",
  "rudder-browser",
  "posthog-python",
  "posthog-python-v1",
  "posthog-node",
  "posthog-browser",
  "jitsu-node",
];

/** Those that may send other content under the same id: the conflict is set aside, and the first word stands. */
const RESTATING = clients.filter(({ restates }) => restates).map(({ name }) => name);

const cases = clients
  .filter(({ name }) => TRIED.includes(name))
  .flatMap((client) =>
    Object.keys(faults).map((fault) => ({ client, fault, name: `${client.name}-${fault.replace(" ", "-")}` })),
  )
  .filter(({ client, fault }) => fault === "twice" || (client.retries ?? [fault]).includes(fault));

let server;
before(async () => {
  server = await start(TRIED);
});
after(async () => {
  await close();
  await server?.stop();
});

for (const { client, fault, name } of cases) {
  test(`${client.name}, ${fault}`, async () => {
    const from = Date.now();
    const wire = await open({ target: server.url, fault: faults[fault]() });
    try {
      const { key } = server.sources[client.name];
      await run(client, { host: wire.url, key, name, delivered: wire.delivered });
    } finally {
      await wire.close();
    }
    const sums = await server.settled();
    const to = Date.now();
    const script = scriptFor(client, name);
    const shift = { least: 0, most: to - from };
    await judge(server, { script, name, source: client.name, requests: wire.requests, shift, run: { from, to } });
    assert.equal(sums.agree, true);
    const { rows } = await server.rejected();
    const isMeant = ({ source, reason }) => reason === "conflict" && RESTATING.includes(source);
    assert.deepEqual(rows.filter((row) => !isMeant(row)), []);
  });
}
