// How each SDK is told to send here: the lines to copy, with this host and this key in them.

export interface Target {
  /** Scheme, host and port, such as `https://parlour.example`. */
  origin: string;
  key: string;
  /** `kind:id` of what the source's events are about. */
  brand: string;
  /** The source's name, which is in the address of a webhook. */
  source: string;
}

export interface Snippet {
  id: string;
  /** Where it runs. */
  place: string;
  name: string;
  /** How it is installed; null where there is nothing to install. */
  install: string | null;
  text: (target: Target) => string;
}

/** Stands where the key would be, once it is no longer known. */
export const KEY_PLACE = "YOUR_WRITE_KEY";

const js = (text: string) => JSON.stringify(text);
/** In single quotes for a shell. */
const sh = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function curl({ origin, key, brand }: Target): string {
  const event = JSON.stringify({ id: "visit-1", subject: "user:42", verb: "viewed", object: brand });
  return `curl ${origin}/api/v1/events \\
  -H 'Authorization: Bearer ${key}' \\
  -d ${sh(event)}`;
}

function segmentBrowser({ origin, key }: Target): string {
  const url = new URL(origin);
  return `import { AnalyticsBrowser } from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load(
  { writeKey: ${js(key)}, cdnURL: ${js(origin)} },
  { integrations: { "Segment.io": { apiHost: ${js(`${url.host}/v1`)}, protocol: ${js(url.protocol.slice(0, -1))} } } },
);
analytics.identify("42", { email: "ann@example.org" });
analytics.track("Product Viewed", { product_id: "teapot" });`;
}

function rudderBrowser({ origin, key }: Target): string {
  return `// Of its two builds the one that fetches nothing more from RudderStack.
import { RudderAnalytics } from "@rudderstack/analytics-js/bundled";

const analytics = new RudderAnalytics();
analytics.load(${js(key)}, ${js(origin)}, { configUrl: ${js(origin)} });
analytics.identify("42", { email: "ann@example.org" });
analytics.track("Product Viewed", { product_id: "teapot" });`;
}

function posthogBrowser({ origin, key }: Target): string {
  return `import posthog from "posthog-js";

// It would look for surveys and recordings, which are not here.
posthog.init(${js(key)}, { api_host: ${js(origin)}, disable_external_dependency_loading: true });
posthog.identify("42", { email: "ann@example.org" });
posthog.capture("Product Viewed", { product_id: "teapot" });`;
}

function jitsu({ origin, key }: Target): string {
  return `import { jitsuAnalytics } from "@jitsu/js";

// The client wants a key of two parts; ours is the first.
const jitsu = jitsuAnalytics({ host: ${js(origin)}, writeKey: ${js(`${key}:jitsu`)} });
jitsu.identify("42", { email: "ann@example.org" });
jitsu.track("Product Viewed", { product_id: "teapot" });`;
}

function segmentNode({ origin, key }: Target): string {
  return `import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: ${js(key)}, host: ${js(origin)} });
analytics.identify({ userId: "42", traits: { email: "ann@example.org" } });
analytics.track({ userId: "42", event: "Product Viewed", properties: { product_id: "teapot" } });
await analytics.closeAndFlush();`;
}

function rudderNode({ origin, key }: Target): string {
  return `import RudderAnalytics from "@rudderstack/rudder-sdk-node";

const analytics = new RudderAnalytics(${js(key)}, { dataPlaneUrl: ${js(origin)} });
analytics.identify({ userId: "42", traits: { email: "ann@example.org" } });
analytics.track({ userId: "42", event: "Product Viewed", properties: { product_id: "teapot" } });
await analytics.flush();`;
}

function posthogNode({ origin, key }: Target): string {
  return `import { PostHog } from "posthog-node";

const posthog = new PostHog(${js(key)}, { host: ${js(origin)} });
posthog.identify({ distinctId: "42", properties: { email: "ann@example.org" } });
posthog.capture({ distinctId: "42", event: "Product Viewed", properties: { product_id: "teapot" } });
await posthog.shutdown();`;
}

function segmentPython({ origin, key }: Target): string {
  return `import segment.analytics as analytics

analytics.write_key = ${js(key)}
analytics.host = ${js(origin)}
analytics.identify("42", {"email": "ann@example.org"})
analytics.track("42", "Product Viewed", {"product_id": "teapot"})
analytics.flush()`;
}

function rudderPython({ origin, key }: Target): string {
  return `import rudderstack.analytics as analytics

analytics.write_key = ${js(key)}
analytics.dataPlaneUrl = ${js(origin)}
analytics.identify("42", {"email": "ann@example.org"})
analytics.track("42", "Product Viewed", {"product_id": "teapot"})
analytics.flush()`;
}

function posthogPython({ origin, key }: Target): string {
  return `from posthog import Posthog

posthog = Posthog(${js(key)}, host=${js(origin)})
posthog.set(distinct_id="42", properties={"email": "ann@example.org"})
posthog.capture("Product Viewed", distinct_id="42", properties={"product_id": "teapot"})
posthog.shutdown()`;
}

export const SNIPPETS: Snippet[] = [
  { id: "curl", place: "Anywhere", name: "curl", install: null, text: curl },
  {
    id: "segment-browser",
    place: "Browser",
    name: "Segment",
    install: "npm install @segment/analytics-next",
    text: segmentBrowser,
  },
  {
    id: "rudder-browser",
    place: "Browser",
    name: "RudderStack",
    install: "npm install @rudderstack/analytics-js",
    text: rudderBrowser,
  },
  { id: "posthog-browser", place: "Browser", name: "PostHog", install: "npm install posthog-js", text: posthogBrowser },
  { id: "jitsu", place: "Browser", name: "Jitsu", install: "npm install @jitsu/js", text: jitsu },
  {
    id: "segment-node",
    place: "Node.js",
    name: "Segment",
    install: "npm install @segment/analytics-node",
    text: segmentNode,
  },
  {
    id: "rudder-node",
    place: "Node.js",
    name: "RudderStack",
    install: "npm install @rudderstack/rudder-sdk-node",
    text: rudderNode,
  },
  { id: "posthog-node", place: "Node.js", name: "PostHog", install: "npm install posthog-node", text: posthogNode },
  {
    id: "segment-python",
    place: "Python",
    name: "Segment",
    install: "pip install segment-analytics-python",
    text: segmentPython,
  },
  {
    id: "rudder-python",
    place: "Python",
    name: "RudderStack",
    install: "pip install rudder-sdk-python",
    text: rudderPython,
  },
  { id: "posthog-python", place: "Python", name: "PostHog", install: "pip install posthog", text: posthogPython },
];

/** What another service is told: its webhook's address. */
export function webhookAddress({ origin, source }: Pick<Target, "origin" | "source">): string {
  return `${origin}/in/${encodeURIComponent(source)}`;
}

/** A body sent to a webhook by hand. */
export function webhookCurl({ origin, source, key }: Pick<Target, "origin" | "source" | "key">, body: string): string {
  return `curl ${webhookAddress({ origin, source })} \\
  -H 'Authorization: Bearer ${key}' \\
  -d ${sh(body)}`;
}
