// Runs one client through the scripted day against a server; by hand: node run.js CLIENT HOST KEY
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { live } from "./browser.js";
import { clients } from "./clients.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
export const PYTHON = here("../target/sdk-venv/bin/python");
/** Longest a driver may take, retries included, before it is given up. */
const MAX_RUN_MS = 180_000;

/** The script with the run's name filled in, without the calls this client skips and the times it does not take. */
export function scriptFor(client, name) {
  const { ids, traits, group, calls } = JSON.parse(
    readFileSync(here("script.json"), "utf8").replaceAll("{name}", name),
  );
  const made = calls.filter(({ call }) => !client.skips.includes(call));
  const timed = ({ at, ...call }) => (client.untimed?.includes(call.call) ? call : { ...call, at });
  return { ids, traits, group, calls: made.map(timed) };
}

/**
 * Lives through the day with a client. Returns once all it had to say is acknowledged: `delivered` settles when so
 * many different events have been answered with success.
 */
export async function run(client, { host, key, name, delivered }) {
  const script = scriptFor(client, name);
  const options = client.options ?? {};
  if (client.driver.startsWith("browser/")) {
    await live(client, { host, key, options, script, delivered });
  } else {
    const env = {
      ...process.env,
      HOST: host,
      KEY: key,
      OPTIONS: JSON.stringify(options),
      SCRIPT: JSON.stringify(script),
    };
    const driver = here(`drivers/${client.driver}`);
    await finished(
      spawn(client.driver.endsWith(".py") ? PYTHON : process.execPath, [driver], { env, timeout: MAX_RUN_MS }),
    );
    await delivered(script.calls.length);
  }
}

/** Settles when a process has ended; well only if it ended well. */
export function finished(child) {
  const said = [];
  child.stdout.on("data", (text) => said.push(text));
  child.stderr.on("data", (text) => said.push(text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`it ended with ${code}:\n${Buffer.concat(said)}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, host, key] = process.argv.slice(2);
  const client = clients.find((client) => client.name === name);
  if (!client || !key)
    throw new Error(`node run.js CLIENT HOST KEY; clients: ${clients.map(({ name }) => name).join(" ")}`);
  await run(client, { host, key, name, delivered: async () => {} });
}
