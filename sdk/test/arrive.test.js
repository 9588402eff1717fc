// Every client lives through the day against a real server, and all of it is found: once, with the right person.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close } from "../browser.js";
import { clients } from "../clients.js";
import { run, scriptFor } from "../run.js";
import { eventsIn, open, pass } from "../wire.js";
import { judge } from "./judge.js";
import { start } from "./server.js";

let server;
before(async () => {
  server = await start(clients.map(({ name }) => name));
});
after(async () => {
  await close();
  await server?.stop();
});

for (const client of clients) {
  const { name } = client;
  test(name, async () => {
    const from = Date.now();
    const wire = await open({ target: server.url });
    try {
      const { key } = server.sources[name];
      await run(client, { host: wire.url, key, name, delivered: wire.delivered });
    } finally {
      await wire.close();
    }
    const script = scriptFor(client, name);
    const settled = await server.settled();
    const to = Date.now();
    const when = { shift: { least: 0, most: to - from }, run: { from, to } };
    const judged = () => judge(server, { script, name, source: name, requests: wire.requests, ...when });
    await judged();

    // A network that delivers everything again, byte for byte, changes nothing.
    const carriers = wire.requests.filter((request) => eventsIn(request).length > 0);
    for (const request of carriers) {
      const { status } = await pass(server.url, request);
      assert.equal(status, 200);
    }
    const again = await server.settled();
    await judged();
    assert.equal(again.folded, settled.folded);
    assert.ok(again.duplicate > settled.duplicate, "what came again was not counted as duplicates");
    assert.equal(again.agree, true);
    assert.equal(again.rejected, 0, JSON.stringify(await server.rejected()));
  });
}
