// Measures the script each page loads, compressed, and fails above the bar: what is needed at first, and with charts.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BAR_KB = 400;
const folder = new URL("../dist/assets/", import.meta.url);
const size = (name) => gzipSync(readFileSync(new URL(name, folder))).length;
const html = readFileSync(new URL("../dist/index.html", import.meta.url), "utf8");
const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
const first = scripts.filter((name) => html.includes(name));
const pages = [
  "matrix",
  "leaving",
  "growth",
  "cohorts",
  "models",
  "alerts",
  "asks",
  "answers",
  "audiences",
  "people",
  "person",
  "definitions",
  "explore",
  "settings",
  "talk",
  "rooms",
  "catalogue",
  "occasions",
];

/** A chunk and everything it imports, itself included. */
function withImports(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = readFileSync(new URL(name, folder), "utf8");
  for (const [, other] of text.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)) withImports(other, seen);
  return seen;
}

const start = new Set(first.flatMap((name) => [...withImports(name)]));
const kb = (names) => Math.round([...names].reduce((sum, name) => sum + size(name), 0) / 100) / 10;
let worst = kb(start);
console.log(`first page, without charts: ${worst} kB`);
const charts = scripts.find((name) => name.startsWith("echarts-"));
for (const page of pages) {
  // Parts of Settings may be called as pages are, and draw no charts.
  const isOfSettings = (name) => readFileSync(new URL(name, folder), "utf8").includes("./settings-");
  const chunk = scripts.find((name) => name.startsWith(`${page}-`) && !isOfSettings(name));
  const all = new Set([...start, ...(chunk ? withImports(chunk) : []), ...(charts ? withImports(charts) : [])]);
  worst = Math.max(worst, kb(all));
  console.log(`${page}, with charts: ${kb(all)} kB`);
}
const ofRoom = readdirSync(new URL("room/", folder)).filter((name) => name.endsWith(".js"));
const roomKb = kb(ofRoom.map((name) => `room/${name}`));
worst = Math.max(worst, roomKb);
console.log(`the room, with all its pages: ${roomKb} kB`);
const WIDGET_BAR_KB = 15;
const widget = Math.round(gzipSync(readFileSync(new URL("../dist/widget.js", import.meta.url))).length / 100) / 10;
console.log(`widget: ${widget} kB`);
if (widget > WIDGET_BAR_KB) {
  console.error(`the widget's ${widget} kB are over its bar of ${WIDGET_BAR_KB} kB`);
  process.exit(1);
}
if (worst > BAR_KB) {
  console.error(`${worst} kB is over the bar of ${BAR_KB} kB`);
  process.exit(1);
}
