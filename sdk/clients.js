// Every client that is tried, the way it is set up, and what of the scripted day it cannot or does not do.

const ALL = ["old", "view", "page", "identify", "order", "order-plain", "chess", "group", "alias", "set", "visitor"];
const POSTHOG_ONLY = ["set", "personless"];
const SEGMENT_PYTHON = { driver: "segment_day.py", skips: POSTHOG_ONLY };
const RUDDER_NODE = { driver: "rudder-node.js", skips: POSTHOG_ONLY };
const SEGMENT_BROWSER = { driver: "browser/segment.js", skips: ["old", ...POSTHOG_ONLY], restates: true };
const RUDDER_BROWSER = { driver: "browser/rudder.js", skips: ["old", "screen", ...POSTHOG_ONLY] };
const POSTHOG_PYTHON = { driver: "posthog_day.py", skips: [] };
const POSTHOG_NODE = { driver: "posthog-node.js", skips: [], untimed: ["identify", "group", "alias", "set"] };
const POSTHOG_BROWSER = {
  driver: "browser/posthog.js",
  skips: ["old", "screen", "personless"],
  untimed: ["identify", "group", "alias", "set"],
  retries: ["500", "lost answer"],
};
const JITSU = { skips: ["old", "screen", "alias", ...POSTHOG_ONLY], untimed: ALL, retries: [] };

/**
 * - `driver`: the program under drivers/ that lives through the day.
 * - `options`: handed to the client by its driver.
 * - `skips`: calls of script.json that this client does not make.
 * - `untimed`: calls whose time it does not take from the caller; their events bear the moment of the run.
 * - `leaves`: the page is left once so many events have arrived, so that what is queued goes out as a beacon.
 * - `restates`: when it sends again it asks anew who the user is, who may have been named or forgotten in between.
 * - `retries`: the faults (see wire.js) after which it sends again; all, unless said. A page that is gone and Jitsu's
 *   client never do, and PostHog's in the page gives up on any 4xx, 429 too.
 */
export const clients = [
  { name: "segment-python", ...SEGMENT_PYTHON, options: { module: "segment.analytics", gzip: false } },
  { name: "segment-python-gzip", ...SEGMENT_PYTHON, options: { module: "segment.analytics", gzip: true } },
  { name: "segment-node", driver: "segment-node.js", skips: POSTHOG_ONLY },
  { name: "segment-browser", ...SEGMENT_BROWSER },
  {
    name: "segment-browser-batch",
    ...SEGMENT_BROWSER,
    options: { deliveryStrategy: { strategy: "batching", config: { size: 4, timeout: 500 } } },
  },
  { name: "rudder-python", ...SEGMENT_PYTHON, options: { module: "rudderstack.analytics", gzip: true } },
  { name: "rudder-python-plain", ...SEGMENT_PYTHON, options: { module: "rudderstack.analytics", gzip: false } },
  { name: "rudder-node", ...RUDDER_NODE, options: { gzip: true } },
  { name: "rudder-node-plain", ...RUDDER_NODE, options: { gzip: false } },
  { name: "rudder-browser", ...RUDDER_BROWSER },
  {
    name: "rudder-browser-batch",
    ...RUDDER_BROWSER,
    options: { queueOptions: { batch: { enabled: true, maxItems: 4, flushInterval: 500 } } },
  },
  { name: "rudder-browser-beacon", ...RUDDER_BROWSER, options: { useBeacon: true }, leaves: { after: 0 }, retries: [] },
  { name: "posthog-python", ...POSTHOG_PYTHON, options: { gzip: false } },
  { name: "posthog-python-gzip", ...POSTHOG_PYTHON, options: { gzip: true } },
  { name: "posthog-python-v1", ...POSTHOG_PYTHON, options: { capture_mode: "v1" } },
  { name: "posthog-node", ...POSTHOG_NODE },
  { name: "posthog-node-plain", ...POSTHOG_NODE, options: { disableCompression: true } },
  { name: "posthog-browser", ...POSTHOG_BROWSER },
  { name: "posthog-browser-plain", ...POSTHOG_BROWSER, options: { disable_compression: true } },
  {
    name: "posthog-browser-beacon",
    ...POSTHOG_BROWSER,
    options: { request_queue_config: { flush_interval_ms: 5000 } },
    untimed: ALL,
    leaves: { after: 1 },
    retries: [],
  },
  { name: "jitsu-node", ...JITSU, driver: "jitsu-node.js" },
  { name: "jitsu-node-s2s", ...JITSU, driver: "jitsu-node.js", options: { s2s: true } },
  { name: "jitsu-browser", ...JITSU, driver: "browser/jitsu.js" },
];
