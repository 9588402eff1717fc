// The day as @jitsu/js is told it, in Node and in the browser alike.

/** The client takes no key without a second part; ours is the first. */
export const keyFor = (key) => `${key}:jitsu`;

/** Makes every call, one after the other: the client keeps one person and sends an event a request. */
export async function live(jitsu, { ids, traits, group, calls }) {
  for (const call of calls) {
    const { type, event, category, name, properties } = call;
    if (call.who === "visitor") {
      await jitsu.reset();
      jitsu.setAnonymousId(ids.visitor);
    } else if (call.who === "anonymous") {
      jitsu.setAnonymousId(ids.anonymous);
    }
    if (type === "track") await jitsu.track(event, properties);
    else if (type === "page") await jitsu.page(category, name, properties);
    else if (type === "identify") await jitsu.identify(ids.user, traits);
    else if (type === "group") await jitsu.group(group.id, group.traits);
    else throw new Error(`this client cannot \`${type}\``);
  }
}
