// Lives through the day with @rudderstack/rudder-sdk-node.
import RudderAnalytics from "@rudderstack/rudder-sdk-node";
import { HOST, KEY, options, script, who } from "./day.js";

const analytics = new RudderAnalytics(KEY, { dataPlaneUrl: HOST, ...options });
const { ids, traits, group } = script;
const answered = [];
/** Makes one call and remembers when the client says it is through. */
function make(type, message) {
  answered.push(
    new Promise((resolve, reject) => analytics[type](message, (error) => (error ? reject(error) : resolve()))),
  );
}
for (const call of script.calls) {
  const { type, event, category, name, properties } = call;
  const timestamp = new Date(call.at);
  if (type === "track") make(type, { event, properties, timestamp, ...who(call) });
  else if (type === "page" || type === "screen")
    make(type, { name, properties: { category, ...properties }, timestamp, ...who(call) });
  else if (type === "identify") make(type, { userId: ids.user, anonymousId: ids.anonymous, traits, timestamp });
  else if (type === "group") make(type, { userId: ids.user, groupId: group.id, traits: group.traits, timestamp });
  else if (type === "alias") make(type, { previousId: ids.old, userId: ids.user, timestamp });
  else throw new Error(`this client cannot \`${type}\``);
}
await analytics.flush();
await Promise.all(answered);
