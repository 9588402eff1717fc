// Lives through the day with @rudderstack/analytics-js.
import { RudderAnalytics } from "@rudderstack/analytics-js/bundled";

window.live = async ({ host, key, options, script }) => {
  const { ids, traits, group, calls } = script;
  const analytics = new RudderAnalytics();
  analytics.load(key, host, { configUrl: host, polyfillIfRequired: false, ...options });
  await new Promise((resolve) => analytics.ready(resolve));
  for (const call of calls) {
    const { type, event, category, name, properties } = call;
    const timed = { originalTimestamp: call.at };
    if (call.who === "visitor") {
      analytics.reset();
      analytics.setAnonymousId(ids.visitor);
    } else if (call.who === "anonymous") {
      analytics.setAnonymousId(ids.anonymous);
    }
    if (type === "track") analytics.track(event, properties, timed);
    else if (type === "page") analytics.page(category, name, properties, timed);
    else if (type === "identify") analytics.identify(ids.user, traits, timed);
    else if (type === "group") analytics.group(group.id, group.traits, timed);
    else if (type === "alias") analytics.alias(ids.user, ids.old, timed);
    else throw new Error(`this client cannot \`${type}\``);
  }
};
