// The sample adapter between a real Parlour and a network that says what the fixtures say.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { start, until } from "./server.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const FIXTURES = here("../../adapters/telegram/fixtures");
const SECRET = `whsec_${Buffer.from("a secret of the source").toString("base64")}`;
const updates = readdirSync(FIXTURES)
  .sort()
  .map((name) => JSON.parse(readFileSync(join(FIXTURES, name), "utf8")));

let server;
let network;
let folder;
let adapter;
const said = [];
/** How often the network refuses what is sent to it, before it takes it. */
let refusals = 0;

/** The Bot API as far as the adapter uses it: updates are told until the next one is asked for. */
function openNetwork() {
  const open = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      const asked = JSON.parse(body);
      const tell = (status, told) => response.writeHead(status).end(JSON.stringify(told));
      if (!request.url.startsWith("/botT0KEN/")) return tell(401, { ok: false, description: "Unauthorized" });
      if (request.url.endsWith("/getUpdates")) {
        const left = updates.filter((update) => update.update_id >= asked.offset);
        if (left.length > 0) return tell(200, { ok: true, result: left });
        return request.on("close", () => {}).socket.once("close", () => {}); // kept open, as there is nothing
      }
      if (refusals > 0) {
        refusals -= 1;
        return tell(502, { ok: false, description: "Bad Gateway" });
      }
      said.push(asked);
      return tell(200, { ok: true, result: { message_id: 99 } });
    });
  });
  return new Promise((resolve) => open.listen(0, "127.0.0.1", () => resolve(open)));
}

async function run(hook, listen) {
  const env = {
    ...process.env,
    BOT_API: `http://127.0.0.1:${network.address().port}`,
    BOT_TOKEN: "T0KEN",
    PARLOUR: server.url,
    SOURCE_SECRET: SECRET,
    HOOK_SECRET: hook,
    LISTEN: listen,
    STATE: join(folder, "state.json"),
  };
  const child = spawn(process.execPath, [here("../../adapters/telegram/adapter.js")], { env });
  let told = "";
  child.stdout.on("data", (text) => (told += text));
  child.stderr.on("data", (text) => (told += text));
  await until("the adapter", () => told.includes("answers are taken"));
  return child;
}

const ended = (child) => new Promise((resolve) => child.once("close", resolve).kill("SIGKILL"));

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "parlour-adapter-"));
  network = await openNetwork();
  server = await start([], "[asks]\nundo_seconds = 0\n[delivery]\nallow_private = true\n");
});
after(async () => {
  if (adapter) await ended(adapter);
  network?.closeAllConnections();
  network?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("what people write is asked in the Desk, and what it answers reaches them once", async () => {
  const mapping = readFileSync(here("../../adapters/telegram/mapping.json"), "utf8");
  await server.tell("sources", { name: "telegram", kind: "webhook", brand: "acme", mapping, secret: SECRET });
  const spare = createServer();
  const port = await new Promise((resolve) => spare.listen(0, "127.0.0.1", () => resolve(spare.address().port)));
  spare.close();
  const url = `http://127.0.0.1:${port}/`;
  const hook = await server.tell("hooks", { url, kinds: ["reply"] });
  adapter = await run(hook.secret, `127.0.0.1:${port}`);
  const asks = await until("the ask", async () => {
    const { rows } = await server.ask("asks");
    return rows[0]?.n_posts === 2 && rows;
  });
  assert.equal(asks.length, 1, "two messages of one chat are one conversation; photos and edits are passed over");
  assert.equal(asks[0].class, "question");
  assert.equal((await server.settled()).accepted, 2);

  refusals = 1;
  await server.tell(`threads/${asks[0].thread}/reply`, { text: "It left on Monday, sorry & thanks." });
  await until("the answer", () => said.length === 1);
  const [sent] = said;
  assert.equal(sent.chat_id, 5551);
  assert.equal(sent.text, "It left on Monday, sorry & thanks.");
  assert.equal(sent.reply_parameters.message_id, 13);

  // Restarted, and told of all again, nothing is said or counted twice.
  const [delivery] = (await until("the delivery", async () => {
    const done = await server.ask("deliveries?state=done");
    return done.rows.length > 0 && done;
  })).rows;
  await ended(adapter);
  adapter = await run(hook.secret, `127.0.0.1:${port}`);
  await until("the repeats", async () => (await server.settled()).duplicate === 2);
  await server.tell(`deliveries/${delivery.id}/replay`, {});
  await until("the repeat", async () => {
    const { rows } = await server.ask("deliveries?state=done");
    return rows[0]?.attempts === 1 && rows[0].answered_at !== delivery.answered_at;
  });
  assert.equal(said.length, 1);

  // What Parlour did not sign is not sent.
  const forged = JSON.stringify({ type: "reply", data: { source: "telegram", address: "telegram:5551", text: "x" } });
  const headers = { "webhook-id": "1", "webhook-timestamp": String(Math.floor(Date.now() / 1000)), "webhook-signature": "v1,AAAA" };
  assert.equal((await fetch(url, { method: "POST", headers, body: forged })).status, 401);
  assert.equal(said.length, 1);
});
