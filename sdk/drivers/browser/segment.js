// Lives through the day with @segment/analytics-next.
import { AnalyticsBrowser } from "@segment/analytics-next";

window.live = async ({ host, key, options, script }) => {
  const { ids, traits, group, calls } = script;
  const url = new URL(host);
  // The settings come from our server, as they would from the vendor's, and say there is but one destination.
  const [analytics] = await AnalyticsBrowser.load(
    { writeKey: key, cdnURL: url.origin },
    { integrations: { "Segment.io": { apiHost: `${url.host}/v1`, protocol: "http", ...options } } },
  );
  const sent = [];
  for (const call of calls) {
    const { type, event, category, name, properties } = call;
    const timed = { timestamp: new Date(call.at) };
    if (call.who === "visitor") {
      await Promise.all(sent);
      await analytics.reset();
      analytics.setAnonymousId(ids.visitor);
    } else if (call.who === "anonymous") {
      analytics.setAnonymousId(ids.anonymous);
    }
    if (type === "track") sent.push(analytics.track(event, properties, timed));
    else if (type === "page") sent.push(analytics.page(category, name, properties, timed));
    else if (type === "screen") sent.push(analytics.screen(category, name, properties, timed));
    else if (type === "identify") sent.push(analytics.identify(ids.user, traits, timed));
    else if (type === "group") sent.push(analytics.group(group.id, group.traits, timed));
    else if (type === "alias") sent.push(analytics.alias(ids.user, ids.old, timed));
    else throw new Error(`this client cannot \`${type}\``);
  }
  await Promise.all(sent);
};
