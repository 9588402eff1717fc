// What was recorded arrives again at a server that has seen nothing of it: backwards, and every request twice.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clients } from "../clients.js";
import { recorded, withKey } from "../golden.js";
import { scriptFor } from "../run.js";
import { eventsIn, pass } from "../wire.js";
import { judge } from "./judge.js";
import { start } from "./server.js";

/** Longest any recorded event waited in its client before it was sent. */
const MAX_QUEUED_MS = 60_000;

let server;
before(async () => {
  server = await start(clients.map(({ name }) => name));
});
after(() => server?.stop());

for (const client of clients) {
  const { name } = client;
  test(name, async () => {
    const requests = recorded(client).filter((request) => eventsIn(request).length > 0);
    assert.ok(requests.length > 0, "nothing is recorded; run `npm run capture`");
    const received = requests.map(({ received_at }) => Date.parse(received_at));
    const from = Date.now();
    for (const request of requests.reverse()) {
      const ours = withKey(server.sources[name].key, request);
      for (const _ of ["first", "second"]) {
        const { status, body } = await pass(server.url, ours);
        assert.equal(status, 200, `${request.method} ${request.path}: ${status} ${body}`);
      }
    }
    const sums = await server.settled();
    const to = Date.now();
    // The sender's clock is long behind ours by now, so a corrected time moves by as much.
    const least = Math.min(0, from - Math.max(...received));
    const most = Math.max(0, to - Math.min(...received) + MAX_QUEUED_MS);
    const script = scriptFor(client, name);
    const run = { from: from - MAX_QUEUED_MS, to };
    await judge(server, { script, name, source: name, requests, shift: { least, most }, run });
    assert.equal(sums.agree, true);
    assert.equal(sums.rejected, 0, JSON.stringify(await server.rejected()));
  });
}
