// A sample adapter: carries what people write to a Telegram bot into Parlour, and what the Desk answers back to them.
// No dependencies. See docs/adapters.md for what any adapter has to do; this one does all of it.
import { createHmac, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const {
  BOT_API = "https://api.telegram.org", // where the network is
  BOT_TOKEN,
  PARLOUR, // such as https://parlour.example.com
  SOURCE = "telegram", // the webhook source there, …
  SOURCE_SECRET, // … and its secret
  HOOK_SECRET, // the secret of the hook that lists `reply`
  LISTEN = "127.0.0.1:4610", // where that hook posts to
  STATE = "telegram-adapter.json", // what was sent already
} = process.env;
for (const [name, value] of Object.entries({ BOT_TOKEN, PARLOUR, SOURCE_SECRET, HOOK_SECRET }))
  if (!value) throw new Error(`set ${name}`);

/** Seconds that the network may keep a question open. */
const POLL_SECONDS = 25;
const MAX_BODY_BYTES = 1 << 20;
/** Names of answers that are remembered, so that none is sent twice. */
const MAX_REMEMBERED = 10_000;
const TOLERANCE_SECONDS = 300;

const key = (secret) => Buffer.from(secret.replace(/^whsec_/, ""), "base64");
const signed = (secret, id, timestamp, body) =>
  createHmac("sha256", key(secret)).update(`${id}.${timestamp}.${body}`).digest();

const sent = new Set(existsSync(STATE) ? JSON.parse(readFileSync(STATE, "utf8")) : []);

function remember(id) {
  sent.add(id);
  if (sent.size > MAX_REMEMBERED) sent.delete(sent.values().next().value);
  writeFileSync(`${STATE}.new`, JSON.stringify([...sent]));
  renameSync(`${STATE}.new`, STATE);
}

async function ask(method, body) {
  const answer = await fetch(`${BOT_API}/bot${BOT_TOKEN}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout((POLL_SECONDS + 15) * 1000),
  });
  const told = await answer.json();
  if (!told.ok) throw Object.assign(new Error(`${method}: ${told.description}`), { status: answer.status });
  return told.result;
}

/** Hands one update over; returns once Parlour has it on disk. A repeat is no harm: the update's number names it. */
async function hand(update) {
  const body = JSON.stringify(update);
  const id = `telegram-${update.update_id}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const answer = await fetch(`${PARLOUR}/in/${SOURCE}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${signed(SOURCE_SECRET, id, timestamp, body).toString("base64")}`,
    },
    body,
  });
  if (!answer.ok) throw new Error(`Parlour answered ${answer.status}: ${await answer.text()}`);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function listen() {
  let offset = 0;
  for (let wait = 1000; ; ) {
    try {
      const updates = await ask("getUpdates", { offset, timeout: POLL_SECONDS, allowed_updates: ["message"] });
      for (const update of updates) {
        await hand(update);
        // The network lets go of it with the next question, not before.
        offset = update.update_id + 1;
      }
      wait = 1000;
    } catch (error) {
      console.error(String(error));
      await pause(wait);
      wait = Math.min(wait * 2, 60_000);
    }
  }
}

/** Whether Parlour signed this, not long ago. */
function isOurs(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures = "" } = headers;
  if (!id || Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const own = signed(HOOK_SECRET, id, timestamp, body);
  return signatures.split(" ").some((one) => {
    const given = Buffer.from(one.replace(/^v1,/, ""), "base64");
    return given.length === own.length && timingSafeEqual(given, own);
  });
}

/** Sends an answer; the status says to Parlour whether to come again. */
async function answer(headers, body) {
  if (!isOurs(headers, body)) return 401;
  const { type, data } = JSON.parse(body);
  const [, chat] = /^telegram:(-?\d+)$/.exec(data?.address ?? "") ?? [];
  // A hook that lists `reply` hears of every answer; only those from here are ours.
  if (type !== "reply" || data.source !== SOURCE || !chat || sent.has(headers["webhook-id"])) return 204;
  const message = Number(data.in_reply_to?.split("/")[1]);
  const quoted = message ? { reply_parameters: { message_id: message, allow_sending_without_reply: true } } : {};
  try {
    await ask("sendMessage", { chat_id: Number(chat), text: data.text, ...quoted });
  } catch (error) {
    console.error(String(error));
    return 503;
  }
  remember(headers["webhook-id"]);
  return 204;
}

const server = createServer((request, response) => {
  const parts = [];
  let size = 0;
  request.on("data", (part) => {
    size += part.length;
    if (size > MAX_BODY_BYTES) request.destroy();
    else parts.push(part);
  });
  request.on("end", async () => {
    const status = await answer(request.headers, Buffer.concat(parts).toString()).catch(() => 400);
    response.writeHead(status).end();
  });
});
const [host, port] = LISTEN.split(":");
server.listen(Number(port), host, () => console.log(`answers are taken at ${host}:${server.address().port}`));
listen();
