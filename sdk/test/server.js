// A Parlour of its own: an empty folder, a source for each client, a free port, and someone signed in.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const PROGRAM = process.env.PARLOUR_BIN ?? fileURLToPath(new URL("../../target/release/parlour", import.meta.url));
/** How often something is looked at that is waited for, and for how long at most. */
const LOOK_EVERY_MS = 50;
const MAX_WAIT_MS = 60_000;
/** Most that the program may print at once. */
const MAX_TOLD_BYTES = 64_000_000;

/** Waits until `look` returns something true, and returns it. */
export async function until(what, look) {
  const end = Date.now() + MAX_WAIT_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${MAX_WAIT_MS} ms for ${what}`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Starts a server with these sources, and these settings where there are any. */
export async function start(names, settings = "") {
  const folder = mkdtempSync(join(tmpdir(), "parlour-sdk-"));
  writeFileSync(join(folder, "parlour.toml"), settings);
  const sources = {};
  for (const name of names) {
    // A source must be made while no server has the folder open.
    const told = execFileSync(PROGRAM, ["--data", folder, "source", "create", name, "--brand", "acme", "--json"]);
    sources[name] = JSON.parse(told);
  }
  const program = spawn(PROGRAM, ["--data", folder, "serve", "--listen", "127.0.0.1:0"]);
  let said = "";
  let hasEnded = false;
  for (const stream of [program.stdout, program.stderr]) stream.on("data", (text) => (said += text));
  const ended = new Promise((resolve) => program.on("close", resolve)).then(() => (hasEnded = true));

  /** Ends the server and leaves the folder. */
  async function end() {
    program.kill("SIGTERM");
    await ended;
  }

  async function stop() {
    await end();
    rmSync(folder, { recursive: true, force: true });
  }

  /** What the program says in JSON of the folder, once the server has ended. */
  const told = (...args) =>
    JSON.parse(execFileSync(PROGRAM, ["--data", folder, ...args, "--json"], { maxBuffer: MAX_TOLD_BYTES }));
  const done = (...args) => void execFileSync(PROGRAM, ["--data", folder, ...args]);

  try {
    const link = await until("the sign-in link", () => {
      if (hasEnded) throw new Error(`Parlour did not start:\n${said}`);
      return said.match(/http:\S*\/sign-in\?token=\S+/)?.[0];
    });
    const url = new URL(link);
    const body = JSON.stringify({ token: url.searchParams.get("token") });
    const signedIn = await fetch(`${url.origin}/api/v1/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
    });
    if (!signedIn.ok) throw new Error(`cannot sign in: ${signedIn.status} ${await signedIn.text()}`);
    const cookie = signedIn.headers.get("set-cookie").split(";")[0];
    return { url: url.origin, sources, folder, stop, end, told, done, ...api(url.origin, cookie) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What is asked of the server. */
function api(origin, cookie) {
  /** Has something done; what it answers. */
  async function tell(path, body, method = "POST") {
    const headers = { cookie, "content-type": "application/json" };
    const answer = await fetch(`${origin}/api/v1/${path}`, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async function ask(path) {
    const answer = await fetch(`${origin}/api/v1/${path}`, { headers: { cookie } });
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** The sums, once everything accepted is folded. */
  const settled = () =>
    until("the fold", async () => {
      const { sums } = await ask("health");
      return sums.waiting === 0 && sums;
    });

  /** A person by any of their ids, and all they did, oldest first; null if there is no such person. */
  async function person(id) {
    const path = `people/${encodeURIComponent(id)}`;
    const found = await ask(path);
    if (!found) return null;
    const rows = [];
    let next = "";
    do {
      const page = await ask(`${path}/timeline?limit=500${next && `&next=${encodeURIComponent(next)}`}`);
      rows.push(...page.rows);
      next = page.next;
    } while (next);
    return { ids: found.ids, rows: rows.reverse() };
  }

  /** A source as the Desk's page of it has it. */
  const source = async (name) => (await ask("sources")).rows.find((source) => source.name === name);

  return { ask, tell, settled, person, source, rejected: () => ask("rejected") };
}
