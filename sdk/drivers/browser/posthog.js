// Lives through the day with posthog-js.
import posthog from "posthog-js";

window.live = async ({ host, key, options, script }) => {
  const { ids, traits, group, calls } = script;
  await new Promise((loaded) =>
    posthog.init(key, {
      api_host: host,
      autocapture: false,
      capture_pageview: false,
      capture_pageleave: false,
      disable_session_recording: true,
      disable_surveys: true,
      disable_external_dependency_loading: true,
      person_profiles: "identified_only",
      // The client takes a scripted Chromium for a bot, and would send nothing.
      opt_out_useragent_filter: true,
      bootstrap: { distinctID: ids.anonymous, isIdentifiedID: false },
      loaded,
      ...options,
    }),
  );
  for (const call of calls) {
    const { type, event, properties } = call;
    // With options of any kind the client sends an event at once, without them it queues it.
    const timed = call.at ? { timestamp: new Date(call.at) } : undefined;
    if (call.who === "visitor") posthog.reset(true);
    if (type === "track") posthog.capture(event, properties, timed);
    else if (type === "page")
      posthog.capture("$pageview", { $current_url: properties.url, title: properties.title }, timed);
    else if (type === "identify") posthog.identify(ids.user, traits);
    else if (type === "group") posthog.group(group.type, group.id, group.traits);
    else if (type === "alias") posthog.alias(ids.old, ids.user);
    else if (type === "set") posthog.setPersonProperties(properties);
    else throw new Error(`this client cannot \`${type}\``);
  }
};
