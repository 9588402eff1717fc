// Lives through the day with @jitsu/js in a page.
import { jitsuAnalytics } from "@jitsu/js";
import { keyFor, live } from "../jitsu.js";

window.live = ({ host, key, options, script }) =>
  live(jitsuAnalytics({ host, writeKey: keyFor(key), errorPolicy: "rethrow", ...options }), script);
