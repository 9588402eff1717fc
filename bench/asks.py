#!/usr/bin/env python3
"""How long the queue takes over many asks that all wait.

One command: `python3 bench/asks.py [--asks 1000000]`. The folder is made once by an import, under `target/`, and kept.
Then a server is started on it, and each question is asked several times over one connection, beside whatever the server
does by itself (it notes that the asks are overdue).
"""

import argparse
import http.client
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "target" / "release" / "parlour"
BAR_S = 0.2
QUESTIONS = [
    "asks", "asks?class=complaint", "asks?class=question&layer=social", "asks?assignee=none", "asks?assignee=me",
    "asks?brand=brand:b1", "asks/counts", "asks/search?q=dark+mode",
]
SAID = [
    "Where is my order?", "It broke again, I want my money back.", "Please call me back after 5",
    "It would be great if the app had a dark mode", "Still no answer after 40 hours, unacceptable",
    "How do I change my address?",
]
FIRST = 1_763_800_000
DAYS = 300


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--asks", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=9)
    asked = arguments.parse_args()
    subprocess.run(["cargo", "build", "--release", "--quiet", "--workspace", "--exclude", "parlour-cluster"], cwd=ROOT, check=True)
    data = folder(asked.asks)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    command = [BINARY, "--data", data, "serve", "--listen", "127.0.0.1:0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        for line in server.stdout:
            if found := re.search(r"http://([^/]+)/sign-in\?token=(\S+)", line):
                break
        ask(*found.groups(), asked.rounds)
    finally:
        server.terminate()
        server.wait()


def ask(address, token, rounds):
    line = http.client.HTTPConnection(address)
    line.request("POST", "/api/v1/session", json.dumps({"token": token}), {"content-type": "application/json"})
    answer = line.getresponse()
    answer.read()
    headers = {"cookie": answer.headers["set-cookie"].split(";")[0]}
    for question in QUESTIONS:
        took = []
        for _ in range(rounds):
            start = time.perf_counter()
            line.request("GET", f"/api/v1/{question}", headers=headers)
            answer = line.getresponse()
            answer.read()
            took.append(time.perf_counter() - start)
            assert answer.status == 200, (question, answer.status)
        print(f"{question}: first {took[0]:.3f} s, then median {statistics.median(took[1:]):.3f} s, most {max(took[1:]):.3f}")
    print(f"the bar for the queue is {BAR_S} s")


def folder(n):
    data = ROOT / "target" / f"bench-asks-{n}"
    if (data / "whole").exists():
        return data
    file = ROOT / "target" / f"bench-asks-{n}.jsonl"
    dice = random.Random(1)
    with file.open("w") as out:
        for i in range(n):
            out.write(json.dumps({
                "id": f"q{i}", "at": FIRST + dice.randrange(DAYS * 86_400), "who": f"u{i % 400_000}", "brand": f"b{i % 5}",
                "layer": dice.choice(["web", "mobile", "social", "face"]), "said": f"{dice.choice(SAID)} ({i})",
            }) + "\n")
    columns = ["--person", "who", "--person-kind", "user", "--verb", "=wrote", "--object", "brand", "--time", "at"]
    columns += ["--time-format", "unix", "--text", "said", "--layer", "layer", "--message", "id"]
    start = time.perf_counter()
    subprocess.run([BINARY, "import", "--data", data, *columns, file], check=True)
    print(f"import: {time.perf_counter() - start:.0f} s")
    file.unlink()
    (data / "whole").touch()
    return data


if __name__ == "__main__":
    main()
