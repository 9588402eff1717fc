// Lives through the day with posthog-node.
import { PostHog } from "posthog-node";
import { HOST, KEY, options, script } from "./day.js";

const posthog = new PostHog(KEY, { host: HOST, ...options });
const { ids, traits, group } = script;
for (const call of script.calls) {
  const { type, event, properties } = call;
  const timestamp = call.at && new Date(call.at);
  const distinctId = ids[call.who];
  if (type === "track") posthog.capture({ distinctId, event, properties, timestamp });
  else if (type === "page")
    posthog.capture({
      distinctId,
      event: "$pageview",
      properties: { $current_url: properties.url, title: properties.title },
      timestamp,
    });
  else if (type === "screen")
    posthog.capture({
      distinctId,
      event: "$screen",
      properties: { $screen_name: call.name, ...properties },
      timestamp,
    });
  else if (type === "identify")
    posthog.identify({ distinctId, properties: { $set: traits, $anon_distinct_id: ids.anonymous } });
  else if (type === "group")
    posthog.groupIdentify({ groupType: group.type, groupKey: group.id, properties: group.traits, distinctId });
  else if (type === "alias") posthog.alias({ distinctId, alias: ids.old });
  else if (type === "set") posthog.setPersonProperties({ distinctId, properties });
  else if (type === "personless")
    posthog.capture({
      distinctId: crypto.randomUUID(),
      event,
      properties: { ...properties, $process_person_profile: false },
      timestamp,
    });
  else throw new Error(`this client cannot \`${type}\``);
}
await posthog.shutdown(120_000);
