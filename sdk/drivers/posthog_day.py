"""Lives through the day with posthog-python."""

from day import HOST, KEY, OPTIONS, day
from posthog import Posthog

posthog = Posthog(KEY, host=HOST, **OPTIONS)
script = day()
ids = script.ids

for call in script.calls:
    at, properties = call["at"], call["properties"]
    match call["type"]:
        case "track":
            posthog.capture(call["event"], distinct_id=ids[call["who"]], properties=properties, timestamp=at)
        case "page":
            seen = {"$current_url": properties["url"], "title": properties["title"]}
            posthog.capture("$pageview", distinct_id=ids[call["who"]], properties=seen, timestamp=at)
        case "screen":
            seen = {"$screen_name": call["name"], **properties}
            posthog.capture("$screen", distinct_id=ids[call["who"]], properties=seen, timestamp=at)
        case "identify":
            known = {"$anon_distinct_id": ids["anonymous"], "$set": script.traits}
            posthog.capture("$identify", distinct_id=ids["user"], properties=known, timestamp=at)
        case "group":
            posthog.group_identify(
                script.group["type"], script.group["id"], script.group["traits"], timestamp=at, distinct_id=ids["user"]
            )
        case "alias":
            posthog.alias(previous_id=ids["old"], distinct_id=ids["user"], timestamp=at)
        case "set":
            posthog.set(distinct_id=ids["user"], properties=properties, timestamp=at)
        case "personless":
            # Without a distinct id the client makes one up and says that nobody is meant.
            posthog.capture(call["event"], properties=properties, timestamp=at)
        case other:
            raise SystemExit(f"this client cannot `{other}`")

# Everything has been sent, or has failed for good, when this returns.
posthog.flush(timeout_seconds=None)
posthog.shutdown()
