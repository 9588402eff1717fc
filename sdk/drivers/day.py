"""The scripted day for drivers in Python: its calls, and where to send them."""

import json
import os
from datetime import datetime
from types import SimpleNamespace

HOST = os.environ["HOST"]
KEY = os.environ["KEY"]
OPTIONS = json.loads(os.environ.get("OPTIONS", "{}"))


def day():
    """The script as this run performs it, with times as datetimes."""
    script = json.loads(os.environ["SCRIPT"])
    for call in script["calls"]:
        call["at"] = datetime.fromisoformat(call["at"].replace("Z", "+00:00"))
        call["properties"] = call.get("properties", {})
    return SimpleNamespace(**script)
