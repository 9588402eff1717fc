// Lives through the day with @jitsu/js in Node.
import { jitsuAnalytics } from "@jitsu/js";
import { HOST, KEY, options, script } from "./day.js";
import { keyFor, live } from "./jitsu.js";

const jitsu = jitsuAnalytics({ host: HOST, writeKey: keyFor(KEY), fetch, errorPolicy: "rethrow", ...options });
await live(jitsu, script);
