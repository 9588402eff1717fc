// The scripted day for drivers in Node: its calls, and where to send them.
export const { HOST, KEY } = process.env;
export const options = JSON.parse(process.env.OPTIONS ?? "{}");
export const script = JSON.parse(process.env.SCRIPT ?? "");

/** The ids a server-side call names. */
export function who(call) {
  const id = script.ids[call.who];
  return call.who === "anonymous" || call.who === "visitor" ? { anonymousId: id } : { userId: id };
}
