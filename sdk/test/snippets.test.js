// The lines that Settings → Sources shows for each SDK are run as they stand there, and bring about its check mark.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { close, runLines } from "../browser.js";
import { finished, PYTHON } from "../run.js";
import { start, until } from "./server.js";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const SDK = fileURLToPath(new URL("..", import.meta.url));
/** Longest that lines may run. */
const MAX_RUN_MS = 60_000;

// The page's own text. What it imports are types alone, so it can be read by itself.
const { code } = await transform(read("../../web/src/pages/settings/sources/snippets.ts"), { loader: "ts" });
const { SNIPPETS } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

const run = (program, args) => finished(spawn(program, args, { cwd: SDK, timeout: MAX_RUN_MS }));
const runners = {
  Anywhere: (lines) => run("bash", ["-ec", lines]),
  Browser: runLines,
  "Node.js": (lines) => run(process.execPath, ["--input-type=module", "--eval", lines]),
  Python: (lines) => run(PYTHON, ["-c", lines]),
};

let server;
before(async () => {
  server = await start(SNIPPETS.map(({ id }) => id));
});
after(async () => {
  await close();
  await server?.stop();
});

test("there are lines for every place", () => {
  assert.deepEqual([...new Set(SNIPPETS.map(({ place }) => place))].sort(), Object.keys(runners).sort());
});

for (const { id, place, install, text } of SNIPPETS) {
  test(id, async () => {
    const { brand } = await server.source(id);
    const lines = text({ origin: server.url, key: server.sources[id].key, brand, source: id });
    // What turns the mark, and all that is sent: curl's one event, or an identify and a visit; posthog-js adds a view of the
    // page itself.
    const n = { curl: 1, "posthog-browser": 3 }[id] ?? 2;
    const heard = () =>
      until("the events", async () => {
        const source = await server.source(id);
        return source.first_event_at !== null && source.n_accepted + source.n_rejected >= n && source;
      });
    assert.equal((await server.source(id)).first_event_at, null, "the mark is not there before");
    await runners[place](lines, heard);
    const source = await heard();
    assert.equal(source.n_rejected, 0, JSON.stringify(await server.rejected()));
    await server.settled();
    const { ids, rows } = await server.person("user:42");
    const object = id === "curl" ? brand : "product:teapot";
    const isIt = (row) => row.source === id && row.verb === "viewed" && row.object === object;
    assert.equal(rows.filter(isIt).length, 1, JSON.stringify(rows.filter((row) => row.source === id)));
    if (id !== "curl") assert.ok(ids.some(({ kind, value }) => `${kind}:${value}`.includes("ann@example.org")));
  });

  test(`${id} is tried as its install line has it`, () => {
    if (install === null) return;
    const [tool, , name] = install.split(" ");
    const pinned =
      tool === "npm"
        ? Object.keys(JSON.parse(read("../package.json")).devDependencies)
        : read("../requirements.txt").match(/^[^=\s#]+(?===)/gm);
    assert.ok(pinned.includes(name), `${name} is not among ${pinned}`);
  });
}
