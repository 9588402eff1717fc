// Lives through the day with @segment/analytics-node.
import { Analytics } from "@segment/analytics-node";
import { HOST, KEY, options, script, who } from "./day.js";

const analytics = new Analytics({ writeKey: KEY, host: HOST, ...options });
const { ids, traits, group } = script;
for (const call of script.calls) {
  const { type, event, category, name, properties } = call;
  const timestamp = new Date(call.at);
  if (type === "track") analytics.track({ event, properties, timestamp, ...who(call) });
  else if (type === "page") analytics.page({ category, name, properties, timestamp, ...who(call) });
  else if (type === "screen") analytics.screen({ category, name, properties, timestamp, ...who(call) });
  else if (type === "identify") analytics.identify({ userId: ids.user, anonymousId: ids.anonymous, traits, timestamp });
  else if (type === "group") analytics.group({ userId: ids.user, groupId: group.id, traits: group.traits, timestamp });
  else if (type === "alias") analytics.alias({ previousId: ids.old, userId: ids.user, timestamp });
  else throw new Error(`this client cannot \`${type}\``);
}
await analytics.closeAndFlush({ timeout: 120_000 });
