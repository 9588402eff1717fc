"""Lives through the day with segment-analytics-python or rudder-sdk-python, which are called alike."""

import importlib

from day import HOST, KEY, OPTIONS, day

analytics = importlib.import_module(OPTIONS["module"])
analytics.write_key = KEY
analytics.gzip = OPTIONS["gzip"]
if OPTIONS["module"] == "rudderstack.analytics":
    analytics.dataPlaneUrl = HOST
else:
    analytics.host = HOST

script = day()
ids = script.ids


def who(call):
    if call["who"] in ("anonymous", "visitor"):
        return {"anonymous_id": ids[call["who"]]}
    return {"user_id": ids[call["who"]]}


for call in script.calls:
    at, properties = call["at"], call["properties"]
    match call["type"]:
        case "track":
            analytics.track(event=call["event"], properties=properties, timestamp=at, **who(call))
        case "page":
            analytics.page(category=call["category"], name=call["name"], properties=properties, timestamp=at, **who(call))
        case "screen":
            analytics.screen(category=call["category"], name=call["name"], properties=properties, timestamp=at, **who(call))
        case "identify":
            analytics.identify(ids["user"], script.traits, anonymous_id=ids["anonymous"], timestamp=at)
        case "group":
            analytics.group(ids["user"], script.group["id"], script.group["traits"], timestamp=at)
        case "alias":
            analytics.alias(ids["old"], ids["user"], timestamp=at)
        case other:
            raise SystemExit(f"this client cannot `{other}`")

# Waits until the queue is empty, which takes in every retry, before it ends the threads.
analytics.flush()
analytics.shutdown()
